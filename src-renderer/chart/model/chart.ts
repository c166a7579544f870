/** The chart as the screens need it, made once from the one message that brings it. Pure; wrong shapes read as absent. */
import type { ChartRow } from '../../../src-shared/contract/chart.ts';
import type { Output } from '../../../src-shared/contract/index.ts';
import type { AllergyStatement } from '../../../src-shared/fhir/allergy.ts';
import { conceptText } from '../../../src-shared/fhir/display.ts';
import { type Extract, extract } from '../../../src-shared/fhir/extract.ts';
import { isObject, type JsonObject, listAt, member, textAt } from '../../../src-shared/fhir/json.ts';
import { parseResource } from '../../../src-shared/fhir/lossless.ts';
import { type PatientFacts, patientFacts } from '../../../src-shared/fhir/patient-facts.ts';

export type Item = {
  readonly row: ChartRow;
  readonly json: JsonObject;
  readonly facts: Extract;
  /** What a list calls it: the record's own words, else its type. */
  readonly title: string;
};

export type AllergyState =
  | { readonly kind: 'allergies'; readonly items: readonly Item[] }
  | {
      readonly kind: 'none-known';
      readonly statement: Exclude<AllergyStatement, 'allergy' | 'no-information'>;
      readonly items: readonly Item[];
    }
  | { readonly kind: 'not-asked' };

export type Chart = {
  readonly patient: PatientFacts | null;
  /** Everything of this patient except the Patient itself, the newest first. */
  readonly items: readonly Item[];
  readonly all: readonly Item[];
  readonly byId: ReadonlyMap<string, Item>;
  /** What a reference written in `from` points to: contained, in this chart, or referred to by it. */
  readonly follow: (from: JsonObject, reference: unknown) => JsonObject | undefined;
  /** Local id of what a reference points to. */
  readonly idOf: (reference: unknown) => string | undefined;
  readonly allergies: readonly Item[];
  readonly allergyState: AllergyState;
};

/** Whether a record was taken back: shown among all records only. */
export function entered(item: Item): boolean {
  const verification = listAt(member(item.json, 'verificationStatus'), 'coding').map((coding) =>
    textAt(coding, 'code'),
  );
  return (
    item.facts.status !== 'entered-in-error' &&
    !verification.includes('entered-in-error') &&
    !verification.includes('refuted')
  );
}

const over: ReadonlySet<string> = new Set([
  'inactive',
  'resolved',
  'remission',
  'completed',
  'stopped',
  'cancelled',
  'ended',
  'not-taken',
  'rejected',
  'revoked',
]);
/** Whether a problem, allergy or medication is over. */
export const isOver = (item: Item): boolean => over.has(item.facts.status ?? '');

function parse(row: ChartRow, today: string): Item {
  let json: JsonObject;
  try {
    json = parseResource(row.json);
  } catch {
    // a row that is no JSON object is still shown, as what it is, among all records
    json = { resourceType: row.type };
  }
  const facts = extract(json, today);
  return { row, json, facts, title: facts.display ?? row.type };
}

/** Newest first; what has no date comes last. */
export const byDate = (a: Item, b: Item): number => (b.row.date ?? '').localeCompare(a.row.date ?? '');

function contained(from: JsonObject, id: string): JsonObject | undefined {
  return listAt(from, 'contained').find((each): each is JsonObject => isObject(each) && textAt(each, 'id') === id);
}

/** `today`: ISO date by which a name whose period has ended is a former one. */
export function readChart(answer: Output<'chart.open'>, today: string): Chart {
  const referred = new Map(answer.referred.map((row) => [String(row.id), parse(row, today)]));
  const own = answer.rows.map((row) => parse(row, today));
  const rough = new Map(own.map((item) => [String(item.row.id), item]));
  const follow = (from: JsonObject, reference: unknown): JsonObject | undefined => {
    const written = textAt(reference, 'reference');
    if (written === undefined) return undefined;
    if (written.startsWith('#')) return contained(from, written.slice(1));
    const id = answer.references[written];
    return id === undefined ? undefined : (rough.get(id) ?? referred.get(id))?.json;
  };
  const titled = own.map((item) =>
    item.facts.display === undefined ? { ...item, title: titleOf(item, follow) } : item,
  );
  const items = titled.filter((item) => item.row.type !== 'Patient').sort(byDate);
  const allergies = items.filter((item) => item.row.type === 'AllergyIntolerance' && entered(item));
  const patient =
    titled.find((item) => item.row.type === 'Patient' && String(item.row.id) === String(answer.patientId)) ??
    titled.find((item) => item.row.type === 'Patient');
  return {
    patient: patient === undefined ? null : patientFacts(patient.json, today),
    items,
    all: [...(patient === undefined ? [] : [patient]), ...items],
    byId: new Map(titled.map((item) => [String(item.row.id), item])),
    follow,
    idOf: (reference) => {
      const written = textAt(reference, 'reference') ?? '';
      return answer.references[written] ?? written.split('/').at(-1);
    },
    allergies,
    allergyState: allergyStateOf(allergies),
  };
}

/** A medication named only by reference carries the name of what it refers to. */
function titleOf(item: Item, follow: Chart['follow']): string {
  const medication = member(item.json, 'medicationReference');
  const target = medication === undefined ? undefined : follow(item.json, medication);
  const device = member(item.json, 'device');
  const aid = device === undefined ? undefined : follow(item.json, device);
  return (
    conceptText(member(target, 'code')) ??
    conceptText(member(aid, 'type')) ??
    textAt(medication, 'display') ??
    textAt(device, 'display') ??
    item.row.type
  );
}

export function allergyStateOf(allergies: readonly Item[]): AllergyState {
  const current = allergies.filter((item) => !isOver(item));
  const real = current.filter((item) => item.facts.allergy === 'allergy' || item.facts.allergy === undefined);
  if (real.length > 0) return { kind: 'allergies', items: real };
  // "none of any kind" says more than "none to medication"
  const rank = ['none-known', 'none-known-medication', 'none-known-food', 'none-known-environment'] as const;
  for (const statement of rank) {
    const items = current.filter((item) => item.facts.allergy === statement);
    if (items.length > 0) return { kind: 'none-known', statement, items };
  }
  return { kind: 'not-asked' };
}

/** What an allergy does, as recorded: manifestations of its reactions, else their descriptions. */
export function reactionText(item: Item): string | undefined {
  const words = listAt(item.json, 'reaction').flatMap((reaction) => {
    const manifestations = listAt(reaction, 'manifestation').flatMap((each) => conceptText(each) ?? []);
    return manifestations.length > 0 ? manifestations : (textAt(reaction, 'description') ?? []);
  });
  return words.length === 0 ? undefined : [...new Set(words)].join(', ');
}

/** Of some types, those not taken back. */
export const ofTypes = (items: readonly Item[], types: readonly string[]): readonly Item[] =>
  items.filter((item) => types.includes(item.row.type) && entered(item));

/** Who works here as the record knows them: the patients under a user's full name, and where they live. */
import type { ReviewRules } from '../../../src-shared/contract/reviews.ts';
import type { Store } from '../store/open.ts';
import { type PatientRow, readPatient } from '../store/patient.ts';
import { searchPatients } from '../store/search.ts';
import { type Home, homeOf, shared } from './homes.ts';
import { nameMatch, type Person, type Staff, sameFullName, staffOf } from './names.ts';

/** How long the list of the staff's own records is good for, milliseconds. */
const keptFor = 10 * 60_000;
/** More namesakes than this say nothing about who works here. */
const namesakes = 20;

export type Relation = {
  readonly kind: 'same-name' | 'same-address';
  readonly detail: Readonly<Record<string, string | number>>;
};

type OwnRecord = { readonly userId: string; readonly patientId: string; readonly home: Home };

/** The resource as it stands: what is compared here is shown to nobody, so its proof is left to who reads the chart. */
function homeAt(store: Store, row: Pick<PatientRow, 'resourceRow'>): Home {
  const found = store.sql<[number], { json: string }>('select json from resource where row = ?').get(row.resourceRow);
  return homeOf(found === undefined ? undefined : JSON.parse(found.json));
}

function ownRecords(store: Store, staff: readonly Staff[]): readonly OwnRecord[] {
  return staff.flatMap(({ id, name }) => {
    const [family] = name.family;
    const [given] = name.given;
    if (family === undefined || given === undefined) return [];
    const { hits } = searchPatients(store, `${given} ${family}`, { order: 'ymd', limit: 200, count: false });
    const same = hits.filter((row) => sameFullName(name, row));
    if (same.length > namesakes) return [];
    return same.map((row) => ({ userId: id, patientId: row.id, home: homeAt(store, row) }));
  });
}

export type Relatives = {
  /** Asks who works here now, and for their records where `anew` says that patients may have changed. */
  readonly begin: (anew: boolean) => void;
  readonly of: (userId: string, patientId: string, rules: ReviewRules) => readonly Relation[];
};

type Known = {
  readonly at: number;
  readonly people: string;
  readonly staff: readonly Staff[];
  readonly records: readonly OwnRecord[];
};

export function relativesIn(store: Store, people: () => readonly Person[], now: () => number): Relatives {
  let known: Known | null = null;
  const begin = (anew: boolean) => {
    const present = people().map(({ id, displayName }) => ({ id, displayName }));
    const names = JSON.stringify(present);
    const at = now();
    if (!anew && known !== null && known.people === names && Math.abs(at - known.at) <= keptFor) return;
    const staff = staffOf(present);
    known = { at, people: names, staff, records: ownRecords(store, staff) };
  };
  const of: Relatives['of'] = (userId, patientId, rules) => {
    if (known === null) throw new Error('nobody was asked for yet');
    const { staff, records } = known;
    const row = readPatient(store, patientId);
    if (row === null) return [];
    const found: Relation[] = [];
    const name = rules.sameName.on ? nameMatch(staff, userId, row) : null;
    if (name !== null) {
      const { whose, full, colleague } = name;
      const detail = { whose, name: full ? 'full' : 'family', ...(colleague !== null && { colleague }) };
      found.push({ kind: 'same-name', detail });
    }
    const home = rules.sameAddress.on ? homeMatch(records, userId, row, () => homeAt(store, row)) : null;
    if (home !== null) found.push({ kind: 'same-address', detail: home });
    return found;
  };
  return { begin, of };
}

/** The patient lives with somebody who works here. Somebody's own record is no relative of itself. */
function homeMatch(
  records: readonly OwnRecord[],
  userId: string,
  row: PatientRow,
  homeOfPatient: () => Home,
): Relation['detail'] | null {
  if (records.length === 0) return null;
  const own = new Set(records.map(({ patientId }) => patientId));
  if (own.has(row.id)) return null;
  const home = homeOfPatient();
  const found = records.flatMap((record) => {
    const by = shared(record.home, home);
    return by === null ? [] : [{ by, userId: record.userId }];
  });
  const match = found.find((one) => one.userId === userId) ?? found[0];
  if (match === undefined) return null;
  const mine = match.userId === userId;
  return { whose: mine ? 'own' : 'colleague', by: match.by, ...(!mine && { colleague: match.userId }) };
}

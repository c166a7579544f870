/** Gathers what a patient is told about accesses to their record: from the log, the record and the keys that are here. */
import { breakGlassReason } from '../../../../src-shared/contract/access.ts';
import type { AccessLine, AccessSummary, DataCategory } from '../../../../src-shared/contract/access-report.ts';
import type { Language } from '../../../../src-shared/contract/primitives.ts';
import type { Store } from '../../store/open.ts';
import { type Sliced, sliceClock } from '../../store/slices.ts';
import { type AuditDetail, type AuditEntry, decodeEntry } from '../entry.ts';
import { prunesOf } from '../prune/pruned.ts';
import { detailOf } from '../sealed-detail.ts';
import { activityOf, isWhole, scopeOf } from './activity.ts';
import { entriesAbout, type Within } from './entries-about.ts';
import { type Access, Groups, Sums } from './grouping.ts';
import { type DataSource, type HeldData, heldData, type Told } from './held-data.ts';

/** Who stands behind ids. `person` gives null for everyone unless names were decided for. */
export type ReportNames = {
  readonly person: (userId: string) => string | null;
  readonly role: (id: string) => string;
  readonly device: (id: string) => string;
};

/** An entry with its detail as far as it opens, and what of this patient's data it was about. */
export type Gathered = { readonly entry: AuditEntry; readonly detail: AuditDetail; readonly access: Access };

export type Accesses = {
  readonly gathered: readonly Gathered[];
  readonly lines: readonly AccessLine[];
  readonly summary: AccessSummary;
  readonly sources: readonly DataSource[];
  /** Entries of which a part stays shut: their patient's key is gone, or not here. */
  readonly shut: number;
  /** Local id → FHIR type, of this patient's own resources. */
  readonly types: ReadonlyMap<string, string>;
};

/** What stands about the log itself in every report. */
export type LogBounds = { readonly begins: number | null; readonly prunedBefore: number | null };

/** Everything a document about accesses is made from: plain data, so that it can be built beside core. */
export type AccessReport = Omit<Accesses, 'gathered' | 'types'> &
  LogBounds &
  Within & {
    readonly id: string;
    readonly madeAt: number;
    readonly language: Language;
    /** IANA name; times are shown in it. */
    readonly timeZone: string;
    readonly clinic: string;
    readonly where: string;
    readonly by: { readonly roles: readonly string[]; readonly name: string | null };
    readonly patient: { readonly name: string; readonly birthDate: string | null };
    readonly log: { readonly device: string; readonly size: number; readonly root: string };
    readonly withNames: boolean;
    /** The clinic's own roles by id. */
    readonly roleNames: Readonly<Record<string, string>>;
    readonly version: string;
  };

/** When the log begins, and what of it was let go after the retention time. */
export function logBounds(store: Store): LogBounds {
  const first = store.sql<[], { entry: Buffer }>('select entry from audit_entry order by seq limit 1').get();
  const before = prunesOf(store).map(({ subject }) => subject.before);
  return {
    begins: first === undefined ? null : (decodeEntry(first.entry)?.recorded ?? null),
    prunedBefore: before.length === 0 ? null : Math.max(...before),
  };
}

/** @param end entries below this number */
export function* gatherAccesses(
  store: Store,
  patientId: string,
  within: Within,
  end: number,
  names: ReportNames,
): Sliced<Accesses> {
  const held = heldData(store, patientId);
  const entries = yield* entriesAbout(store, { patientId, held }, within, end);
  let shut = 0;
  let over = sliceClock();
  const gathered: Gathered[] = [];
  const groups = new Groups();
  const sums = new Sums();
  const types = new Map<string, string>();
  for (const entry of entries) {
    const opened = detailOf(store, entry);
    if (opened.shut) shut += 1;
    const access = accessOf(entry, opened.detail, held, names);
    gathered.push({ entry, detail: opened.detail, access });
    groups.add(access);
    sums.add(access);
    for (const id of entry.entity) {
      const type = held.resource(id)?.type;
      if (type !== undefined) types.set(id, type);
    }
    if ((gathered.length & 15) !== 0 || !over()) continue;
    yield { done: gathered.length, total: entries.length };
    over = sliceClock();
  }
  return { gathered, lines: groups.lines(), summary: sums.summary(), sources: held.sources, shut, types };
}

const outcomes = { 0: 'success', 4: 'denied', 8: 'failure' } as const;

function accessOf(entry: AuditEntry, detail: AuditDetail, held: HeldData, names: ReportNames): Access {
  const { type, agent, outcome } = entry;
  const { categories, origins } = outcome === 0 ? toldOf(entry, held) : nothing;
  return {
    seq: entry.seq,
    at: entry.recorded,
    person: agent.user,
    session: agent.session,
    activity: activityOf(entry),
    event: type,
    outcome: outcomes[outcome],
    purpose: entry.purpose,
    roles: agent.roles.map(names.role),
    name: agent.user === null ? null : names.person(agent.user),
    where: names.device(entry.device),
    whole: outcome === 0 && isWhole(type),
    categories: [...categories],
    origins: [...origins],
    reason: type === 'break-glass.opened' ? (breakGlassReason.safeParse(detail['reason']).data ?? null) : null,
  };
}

const nothing: Told = { categories: [], origins: [] };
const only = (category: DataCategory, origins: Told['origins']): Told => ({ categories: [category], origins });

/** What data an access showed or changed: a refused one neither. */
function toldOf({ seq, type, entity }: AuditEntry, held: HeldData): Told {
  switch (scopeOf(type)) {
    case 'whole':
    case 'summary':
      return held.whenWritten(seq);
    case 'import':
      return merged(entity.flatMap((id) => held.broughtBy(id) ?? []));
    case 'resources': {
      const found = merged(entity.flatMap((id) => held.resource(id) ?? []));
      return found.categories.length === 0 ? only('documents', ['imported']) : found;
    }
    case 'personal':
      return type === 'patient.created' ? only('personal', ['here']) : held.personal;
    case 'notes':
      return only('notes', ['here']);
    case 'none':
      return nothing;
    case 'access':
      return only('access', []);
  }
}

function merged(parts: readonly Told[]): Told {
  return {
    categories: [...new Set(parts.flatMap(({ categories }) => categories))],
    origins: [...new Set(parts.flatMap(({ origins }) => origins))],
  };
}

/** What of the log is asked for, and which entries of the index that is: bitmaps laid over each other, chunk by chunk from the newest. */
import { type AuditCode, type AuditKind, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import type { Store } from '../store/open.ts';
import {
  addBits,
  type Bits,
  chunkSize,
  clearBit,
  keepBoth,
  keepRange,
  noBits,
  placesDown,
  setBit,
  unpack,
} from './bitmap.ts';
import type { AuditEntry } from './entry.ts';
import { bitsOfValue, chunkAt, entriesAbout, type Field, type Span, spansDown, valueNumber } from './index-store.ts';

/** Values by field, as the index knows them. */
export type LogTerm = Readonly<
  Partial<Record<'event' | 'outcome' | 'origin' | 'purpose' | 'user' | 'device', readonly string[]>>
>;

/** Null means any. */
export type LogFilter = {
  readonly user: string | null;
  /** Pseudonym as in entries: `patientRef(store, id)`. */
  readonly patient: string | null;
  readonly kind: AuditKind | null;
  /** Any of these; none of them is nothing. */
  readonly events: readonly AuditCode[] | null;
  readonly outcome: AuditEntry['outcome'] | null;
  readonly device: string | null;
  readonly purpose: string | null;
  readonly origin: AuditEntry['origin'] | null;
  /** Each lets through what has any of its values. */
  readonly terms: readonly LogTerm[];
  /** Milliseconds, both ends included. */
  readonly from: number | null;
  readonly to: number | null;
};

export const everything: LogFilter = {
  user: null,
  patient: null,
  kind: null,
  events: null,
  outcome: null,
  device: null,
  purpose: null,
  origin: null,
  terms: [],
  from: null,
  to: null,
};

export function matches(entry: AuditEntry, filter: LogFilter): boolean {
  return (
    (filter.user === null || entry.agent.user === filter.user) &&
    (filter.patient === null || entry.patient === filter.patient) &&
    (filter.kind === null || auditEvents[entry.type].kind === filter.kind) &&
    (filter.events === null || filter.events.includes(entry.type)) &&
    (filter.outcome === null || entry.outcome === filter.outcome) &&
    (filter.device === null || entry.device === filter.device) &&
    (filter.purpose === null || entry.purpose === filter.purpose) &&
    (filter.origin === null || entry.origin === filter.origin) &&
    filter.terms.every((term) => has(entry, term)) &&
    (filter.from === null || entry.recorded >= filter.from) &&
    (filter.to === null || entry.recorded <= filter.to)
  );
}

function has({ type, outcome, origin, purpose, agent, device }: AuditEntry, term: LogTerm): boolean {
  return (
    term.event?.includes(type) === true ||
    term.outcome?.includes(String(outcome)) === true ||
    term.origin?.includes(origin) === true ||
    term.purpose?.includes(purpose) === true ||
    (agent.user !== null && term.user?.includes(agent.user) === true) ||
    term.device?.includes(device) === true
  );
}

/** Which entries of chunks [from, to) a condition lets through, by chunk. */
type Condition = (from: number, to: number) => Map<number, Bits>;

/** This many chunks are read at once, beginning with few: the first page mostly lies in the newest. */
const fewChunks = 2;
const manyChunks = 64;

/**
 * Entries with numbers in [first, end) that match, as far as the index has come: chunk by chunk, newest first; chunks
 * without any are left out.
 */
export function* matching(
  store: Store,
  filter: LogFilter,
  first: number,
  end: number,
): Generator<readonly [chunk: number, bits: Bits]> {
  const conditions = conditionsOf(store, filter);
  if (conditions === null || end <= first) return;
  const lowest = Math.floor(first / chunkSize);
  let size = fewChunks;
  for (let to = Math.ceil(end / chunkSize); to > lowest; ) {
    const from = Math.max(lowest, to - size);
    const spans = spansDown(store, from, to).filter((span) => mayHold(span, filter));
    for (const [span, bits] of inAll(conditions, spans, from, to)) {
      const base = span.chunk * chunkSize;
      const within = keepRange(bits, first - base, end - base) && keepTimes(store, filter, span, bits);
      if (within) yield [span.chunk, bits];
    }
    to = from;
    size = Math.min(size * 2, manyChunks);
  }
}

/** The chunks, in order of `spans`, that have entries in every condition. */
function inAll(
  conditions: readonly Condition[],
  spans: readonly Span[],
  from: number,
  to: number,
): (readonly [Span, Bits])[] {
  let left: (readonly [Span, Bits])[] | null = null;
  for (const condition of conditions) {
    if (left?.length === 0 || spans.length === 0) return [];
    const found = condition(from, to);
    left =
      left === null
        ? spans.flatMap((span) => pair(span, found.get(span.chunk)))
        : left.filter(([{ chunk }, bits]) => {
            const other = found.get(chunk);
            return other !== undefined && keepBoth(bits, other);
          });
  }
  return left ?? [];
}

const pair = (span: Span, bits: Bits | undefined): (readonly [Span, Bits])[] =>
  bits === undefined ? [] : [[span, bits]];

/** The likely fewest first, so that the others are often not read; null when a value was never seen. */
function conditionsOf(store: Store, filter: LogFilter): readonly Condition[] | null {
  const conditions: Condition[] = [];
  if (filter.patient !== null) {
    const patient = valueNumber(store, 'patient', filter.patient);
    if (patient === undefined) return null;
    conditions.push((from, to) => aboutPatient(store, patient, from, to));
  }
  const single: readonly (readonly [Field, string | null])[] = [
    ['outcome', filter.outcome === null || filter.outcome === 0 ? null : String(filter.outcome)],
    ['user', filter.user],
    ['kind', filter.kind],
    ['purpose', filter.purpose],
    ['origin', filter.origin],
    ['device', filter.device],
    ['outcome', filter.outcome === 0 ? '0' : null],
  ];
  for (const [field, text] of single) {
    if (text === null) continue;
    const value = valueNumber(store, field, text);
    if (value === undefined) return null;
    conditions.push((from, to) => anyOf(store, [[field, value]], from, to));
  }
  const sets: readonly LogTerm[] = [...(filter.events === null ? [] : [{ event: filter.events }]), ...filter.terms];
  for (const set of sets) {
    const values = valuesIn(store, set);
    if (values.length === 0) return null;
    conditions.push((from, to) => anyOf(store, values, from, to));
  }
  if (conditions.length === 0) conditions.push((from, to) => anyOf(store, [['present', 0]], from, to));
  return conditions;
}

const termFields = ['event', 'outcome', 'origin', 'purpose', 'user', 'device'] as const;
type Value = readonly [field: Field, value: number];

function valuesIn(store: Store, term: LogTerm): Value[] {
  return termFields.flatMap((field) =>
    (term[field] ?? []).flatMap((text) => {
      const value = valueNumber(store, field, text);
      return value === undefined ? [] : [[field, value] as const];
    }),
  );
}

function anyOf(store: Store, values: readonly Value[], from: number, to: number): Map<number, Bits> {
  const found = new Map<number, Bits>();
  for (const [field, value] of values) {
    for (const { place, bits } of bitsOfValue(store, field, value, from, to)) {
      const known = found.get(chunkAt(place));
      if (known === undefined) found.set(chunkAt(place), unpack(bits));
      else addBits(known, unpack(bits));
    }
  }
  return found;
}

function aboutPatient(store: Store, patient: number, from: number, to: number): Map<number, Bits> {
  const found = new Map<number, Bits>();
  for (const seq of entriesAbout(store, patient, from * chunkSize, to * chunkSize)) {
    const chunk = Math.floor(seq / chunkSize);
    let bits = found.get(chunk);
    if (bits === undefined) {
      bits = noBits();
      found.set(chunk, bits);
    }
    setBit(bits, seq % chunkSize);
  }
  return found;
}

function mayHold({ first, last }: Span, { from, to }: LogFilter): boolean {
  return (from === null || last >= from) && (to === null || first <= to);
}

/** A chunk that lies in the asked time only in part: its entries say when they were recorded. @returns whether any is left */
function keepTimes(store: Store, { from, to }: LogFilter, { chunk, first, last }: Span, bits: Bits): boolean {
  if ((from === null || first >= from) && (to === null || last <= to)) return true;
  const read = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?');
  let any = false;
  for (const place of placesDown(bits)) {
    const row = read.get(chunk * chunkSize + place);
    const at = row && recordedOf(row.entry);
    if (at !== undefined && (from === null || at >= from) && (to === null || at <= to)) any = true;
    else clearBit(bits, place);
  }
  return any;
}

const recordedName = Buffer.from('"recorded":');

/**
 * When an entry was recorded, without reading all of it: names are in order, and none that a caller chose stands
 * behind this one.
 */
function recordedOf(entry: Buffer): number | undefined {
  const name = entry.lastIndexOf(recordedName);
  if (name < 0) return undefined;
  const at = Number.parseInt(entry.toString('latin1', name + recordedName.length, name + recordedName.length + 17), 10);
  return Number.isNaN(at) ? undefined : at;
}

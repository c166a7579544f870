/** Which entries of the index a filter lets through: bitmaps laid over each other, chunk by chunk from the newest. */
import { type AuditKind, auditCodes, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import type { Store } from '../store/open.ts';
import {
  addPacked,
  type Bits,
  chunkSize,
  clearBit,
  countBits,
  keepBoth,
  keepRange,
  noBits,
  placesDown,
  setBit,
  unpack,
} from './bitmap.ts';
import { decodeEntry } from './entry.ts';
import { has, type LogFilter, type LogTerm } from './filters.ts';
import {
  bitsOfValue,
  chunkAt,
  entriesAbout,
  type Field,
  readTimes,
  type Span,
  spansDown,
  valueNumber,
} from './index-store.ts';

type Condition = {
  /** Which entries of chunks [from, to) it lets through, by chunk. */
  readonly read: (from: number, to: number) => Map<number, Bits>;
  /** Another way, where so few entries are left that reading them costs less than the bitmaps of many values. */
  readonly byEntry?: {
    readonly most: number;
    /** Keeps in `bits` what it lets through. @returns whether any is left */
    readonly keep: (chunk: number, bits: Bits) => boolean;
  };
};
/** Entries read in the time of one value's bitmaps in as many chunks as are read at once. */
const entriesPerValue = 8;

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
    const { byEntry } = condition;
    if (left !== null && byEntry !== undefined && atMost(left, byEntry.most)) {
      left = left.filter(([{ chunk }, bits]) => byEntry.keep(chunk, bits));
      continue;
    }
    const found = condition.read(from, to);
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

function atMost(left: readonly (readonly [Span, Bits])[], most: number): boolean {
  let count = 0;
  for (const [, bits] of left) {
    count += countBits(bits);
    if (count > most) return false;
  }
  return true;
}

const pair = (span: Span, bits: Bits | undefined): (readonly [Span, Bits])[] =>
  bits === undefined ? [] : [[span, bits]];

/** The likely fewest first, so that the others are often not read; null when a value was never seen. */
function conditionsOf(store: Store, filter: LogFilter): readonly Condition[] | null {
  const conditions: Condition[] = [];
  if (filter.patient !== null) {
    const patient = valueNumber(store, 'patient', filter.patient);
    if (patient === undefined) return null;
    conditions.push({ read: (from, to) => aboutPatient(store, patient, from, to) });
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
    conditions.push({ read: (from, to) => anyOf(store, [[field, value]], from, to) });
  }
  const sets: readonly LogTerm[] = [...(filter.events === null ? [] : [{ event: filter.events }]), ...filter.terms];
  for (const set of sets) {
    const values = valuesIn(store, ofKind(set, filter.kind));
    if (values.length === 0) return null;
    conditions.push({
      read: (from, to) => anyOf(store, values, from, to),
      byEntry: {
        most: values.length * entriesPerValue,
        keep: (chunk, bits) => keepHaving(store, set, chunk, bits),
      },
    });
  }
  if (conditions.length === 0) conditions.push({ read: (from, to) => anyOf(store, [['present', 0]], from, to) });
  return conditions;
}

const termFields = ['event', 'outcome', 'origin', 'purpose', 'user', 'device'] as const;
type Value = readonly [field: Field, value: number];

/** Events of another kind than the one asked for let nothing through that the kind has not ruled out. */
function ofKind(term: LogTerm, kind: AuditKind | null): LogTerm {
  if (kind === null || term.event === undefined) return term;
  const wanted: ReadonlySet<string> = new Set(auditCodes.filter((code) => auditEvents[code].kind === kind));
  return { ...term, event: term.event.filter((event) => wanted.has(event)) };
}

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
      else addPacked(known, bits);
    }
  }
  return found;
}

function keepHaving(store: Store, term: LogTerm, chunk: number, bits: Bits): boolean {
  const read = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq = ?');
  let any = false;
  for (const place of placesDown(bits)) {
    const row = read.get(chunk * chunkSize + place);
    const entry = row && decodeEntry(row.entry);
    if (entry !== undefined && has(entry, term)) any = true;
    else clearBit(bits, place);
  }
  return any;
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

/** A chunk that lies in the asked time only in part: entry by entry. @returns whether any is left */
function keepTimes(store: Store, { from, to }: LogFilter, { chunk, first, last }: Span, bits: Bits): boolean {
  if ((from === null || first >= from) && (to === null || last <= to)) return true;
  const times = readTimes(store, chunk);
  let any = false;
  for (const place of placesDown(bits)) {
    const at = times?.[place];
    if (at !== undefined && (from === null || at >= from) && (to === null || at <= to)) any = true;
    else clearBit(bits, place);
  }
  return any;
}

/** People who may be the same as one about to be added: swapped names, other spellings, slips in the birth date. */
import { fold, pieces } from './fold.ts';
import type { Store } from './open.ts';
import { type PatientRow, patientTableColumns } from './patient.ts';
import { notHidden } from './row.ts';
import { nameWords } from './words.ts';

export type Candidate = {
  readonly family: string;
  readonly given: string;
  /** Full ISO date, null when not known. */
  readonly birthDate: string | null;
  readonly identifiers?: readonly { readonly value: string }[];
};
export type DuplicateReason = 'same' | 'names-swapped' | 'spelling' | 'birth-date-slip' | 'identifier';
export type LikelyDuplicate = { readonly patient: PatientRow; readonly reason: DuplicateReason };

const reasonOrder: readonly DuplicateReason[] = ['identifier', 'same', 'names-swapped', 'birth-date-slip', 'spelling'];

const find = `select ${patientTableColumns} from patient_search s cross join patient p on p.ord = s.rowid
 where s.patient_search match ? and ${notHidden('p')} order by s.rowid limit 200`;

/** The likeliest first. */
export function likelyDuplicates(store: Store, candidate: Candidate, limit = 8): LikelyDuplicate[] {
  const seen = new Map<string, LikelyDuplicate>();
  for (const expression of expressions(candidate)) {
    for (const patient of store.sql<[string], PatientRow>(find).all(expression)) {
      if (seen.has(patient.id)) continue;
      const reason = reasonFor(candidate, patient);
      if (reason !== null) seen.set(patient.id, { patient, reason });
    }
  }
  return [...seen.values()]
    .sort((a, b) => reasonOrder.indexOf(a.reason) - reasonOrder.indexOf(b.reason) || a.patient.ord - b.patient.ord)
    .slice(0, limit);
}

/** Questions to the index, the narrowest first. */
function expressions(candidate: Candidate): readonly string[] {
  const family = firstWord(candidate.family);
  const given = firstWord(candidate.given);
  const asked: string[] = [];
  for (const { value } of candidate.identifiers ?? []) {
    const whole = pieces(fold(value)).join('');
    if (whole.length > 3) asked.push(`"${whole}"`);
  }
  if (family !== '' && given !== '') asked.push(`"${family}" AND "${given}"`);
  const beginnings = [family, given].filter((word) => word !== '').map((word) => `"${word.slice(0, 2)}"*`);
  if (beginnings.length === 0) return asked;
  const dates = candidate.birthDate === null ? [] : [candidate.birthDate, ...dateSlips(candidate.birthDate)];
  if (dates.length > 0) {
    const born = dates.map((date) => `"y${date.replaceAll('-', '')}"`).join(' OR ');
    asked.push(`(${born}) AND (${beginnings.join(' OR ')})`);
  }
  return asked;
}

function firstWord(name: string): string {
  return nameWords(name).split(' ')[0] ?? '';
}

/** Why these two may be one person; null when they are not alike. */
export function reasonFor(candidate: Candidate, patient: PatientRow): DuplicateReason | null {
  const identifiers = new Set(valuesOf(patient.identifiers).map((value) => pieces(fold(value)).join('')));
  const shared = candidate.identifiers?.some(({ value }) => identifiers.has(pieces(fold(value)).join('')));
  if (shared) return 'identifier';
  const family = plain(candidate.family);
  const given = plain(candidate.given);
  const otherFamily = plain(patient.family);
  const otherGiven = plain(patient.given);
  const born = compareDates(candidate.birthDate, patient.birthDate);
  if (born === 'different') return null;
  const same = family === otherFamily && given === otherGiven;
  if (same) return born === 'slip' ? 'birth-date-slip' : 'same';
  if (alike(family, otherGiven) && alike(given, otherFamily)) return 'names-swapped';
  if (born !== 'same') return null;
  return alike(family, otherFamily) && (alike(given, otherGiven) || sharesFirst(given, otherGiven)) ? 'spelling' : null;
}

function valuesOf(json: string | null): readonly string[] {
  if (json === null) return [];
  const parsed: unknown = JSON.parse(json);
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'value' in one && typeof one.value === 'string' ? [one.value] : [],
  );
}

const plain = (name: string) =>
  name
    .split(/\s+/u)
    .flatMap((chunk) => pieces(fold(chunk)))
    .join(' ');
const sharesFirst = (a: string, b: string) => a !== '' && a.split(' ')[0] === b.split(' ')[0];

function alike(a: string, b: string): boolean {
  if (a === '' || b === '') return a === b;
  return editDistance(a, b) <= (Math.min(a.length, b.length) < 6 ? 1 : 2);
}

type DateRelation = 'same' | 'slip' | 'unknown' | 'different';

function compareDates(a: string | null, b: string | null): DateRelation {
  if (a === null || b === null) return 'unknown';
  if (a === b) return 'same';
  if (a.length < 10 || b.length < 10) return a.startsWith(b) || b.startsWith(a) ? 'unknown' : 'different';
  return isSlip(a, b) ? 'slip' : 'different';
}

/** One digit mistyped, two neighbours exchanged, or day and month exchanged. */
function isSlip(a: string, b: string): boolean {
  const left = a.replaceAll('-', '');
  const right = b.replaceAll('-', '');
  if (left.slice(0, 4) + left.slice(6) + left.slice(4, 6) === right) return true;
  const differing = [...left].flatMap((digit, at) => (digit === right[at] ? [] : [at]));
  if (differing.length === 1) return true;
  const [first = 0, second = 0] = differing;
  return (
    differing.length === 2 && second === first + 1 && left[first] === right[second] && left[second] === right[first]
  );
}

/** All dates that a slip away from this one can give. */
export function dateSlips(date: string): readonly string[] {
  const digits = date.replaceAll('-', '');
  if (digits.length !== 8) return [];
  const slips = new Set<string>([digits.slice(0, 4) + digits.slice(6) + digits.slice(4, 6)]);
  for (let at = 0; at < 8; at += 1) {
    for (let digit = 0; digit < 10; digit += 1) slips.add(digits.slice(0, at) + digit + digits.slice(at + 1));
    if (at < 7) slips.add(digits.slice(0, at) + digits[at + 1] + digits[at] + digits.slice(at + 2));
  }
  slips.delete(digits);
  return [...slips].map((d) => `${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6)}`).filter(isDate);
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && text > '1880' && text < '2200';
}

/** Optimal string alignment: insertions, deletions, changes, neighbours exchanged. */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  const cell = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i += 1) table[i * width] = i;
  for (let j = 0; j <= b.length; j += 1) table[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(cell(i - 1, j) + 1, cell(i, j - 1) + 1, cell(i - 1, j - 1) + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, cell(i - 2, j - 2) + 1);
      table[i * width + j] = best;
    }
  }
  return cell(a.length, b.length);
}

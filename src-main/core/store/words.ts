/**
 * What of a patient goes into the index, as words between spaces. A chunk with joints (O'Brien, García-López,
 * +34 612 345) is indexed from each joint on to its end: obrien, brien. Beginnings then find it with the joint,
 * without it, and from any part.
 */
import { foldings, pieces } from './fold.ts';

export type SearchWords = {
  readonly name: string;
  readonly former: string;
  readonly birth: string;
  readonly identifiers: string;
  readonly phone: string;
};

export type Searchable = {
  readonly family: string;
  readonly given: string;
  readonly former: string | null;
  readonly birthDate: string | null;
  readonly identifiers: readonly { readonly value: string }[];
  readonly phone: string | null;
};

export function searchWords(patient: Searchable): SearchWords {
  return {
    name: nameWords(`${patient.family} ${patient.given}`),
    former: nameWords(patient.former ?? ''),
    birth: birthWords(patient.birthDate),
    identifiers: [...new Set(patient.identifiers.flatMap(({ value }) => fromEachJoint(value)))].join(' '),
    phone: [...new Set(fromEachJoint(patient.phone ?? ''))].join(' '),
  };
}

export function nameWords(name: string): string {
  return [...new Set(name.split(/\s+/u).flatMap(fromEachJoint))].join(' ');
}

/**
 * A birth date under a letter for each order people write it in, so that 02/03 is found as the second of March
 * only by those who write the day first: y19840302, d02031984, m03021984.
 */
export function birthWords(birthDate: string | null): string {
  const [year, month, day] = (birthDate ?? '').split('-');
  if (!year) return '';
  if (!month) return `y${year}`;
  if (!day) return `y${year}${month}`;
  return `y${year}${month}${day} d${day}${month}${year} m${month}${day}${year}`;
}

function fromEachJoint(chunk: string): readonly string[] {
  return foldings(chunk).flatMap((folded) => {
    const parts = pieces(folded);
    return parts.map((_, at) => parts.slice(at).join(''));
  });
}

/**
 * Names of the people who work here against names in the record. A user has one line (`Dr. Lena Hof`), a patient has
 * family and given names; both are folded as the search folds them.
 */
import { fold, foldings } from '../store/fold.ts';

/** What stands before or after a name and is none. */
const titles = new Set(
  (
    'dr dra prof profa med mag dipl ing lic bsc msc md phd dds dmd rn mr mrs ms miss sir herr frau m mme mlle sr sra ' +
    'srta don dona d da sister nurse schwester pfleger enf due facharzt'
  ).split(' '),
);
/** Words of a family name that many share and that tell nothing alone. */
const particles = new Set(
  'de del la las los da das do dos di du des le les van von der den ter ten zu zum y e of the'.split(' '),
);

/** Folded words: apostrophes close up (O'Brien), everything else that is no letter parts. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/[’'`´ʼ]/gu, '')
    .split(/[^\p{L}\p{M}\p{N}-]+/u)
    .filter((word) => /\p{L}/u.test(word));
}

export type StaffName = {
  /** Every way to write each family word, hyphens parted. */
  readonly family: ReadonlySet<string>;
  readonly given: readonly string[];
};

/**
 * The family names of a user's line: without titles, what follows the given name, at most the last two words
 * (García López), each half of a double name too. `Hof, Lena` is read as it stands.
 */
export function staffName(displayName: string): StaffName {
  const parts = displayName.split(',').map((part) => wordsOf(part).filter((word) => !titles.has(fold(word))));
  const [before = [], ...rest] = parts.filter((part) => part.length > 0);
  const behind = rest.flat();
  const plain = before.filter((word) => !particles.has(fold(word)));
  const [family, given] =
    behind.length > 0
      ? [plain, behind]
      : plain.length === 1
        ? [plain, []]
        : [plain.slice(1).slice(-2), plain.slice(0, Math.max(1, plain.length - 2))];
  return {
    family: new Set(family.flatMap((word) => [word, ...word.split('-')]).flatMap(foldings)),
    given: given.slice(0, 1).flatMap(foldings),
  };
}

/** A patient's family name as it is compared. A second surname alone (García López) does not count. */
function familyWords(family: string): readonly string[] {
  const [first] = wordsOf(family).filter((word) => !particles.has(fold(word)));
  if (first === undefined) return [];
  return [first, ...first.split('-')].flatMap(foldings).filter((word) => word.length > 1);
}

/** Does the patient bear one of these family names? */
export function sharesFamily(staff: StaffName, patientFamily: string): boolean {
  return familyWords(patientFamily).some((word) => staff.family.has(word));
}

/** Is this a record under the user's own full name: family name and first given name? */
export function sameFullName(staff: StaffName, patient: { readonly family: string; readonly given: string }): boolean {
  const [given] = wordsOf(patient.given);
  if (given === undefined || staff.given.length === 0) return false;
  return sharesFamily(staff, patient.family) && foldings(given).some((word) => staff.given.includes(word));
}

export type Person = { readonly id: string; readonly displayName: string };
/** A person whose name was read once, for many patients. */
export type Staff = { readonly id: string; readonly name: StaffName };

export function staffOf(people: readonly Person[]): readonly Staff[] {
  return people.map(({ id, displayName }) => ({ id, name: staffName(displayName) }));
}

/** Whose name it is: the person's own before a colleague's, a full name before a family name. */
export type NameMatch = {
  readonly whose: 'own' | 'colleague';
  readonly full: boolean;
  readonly colleague: string | null;
};

/** Whose name does the patient bear? @returns null when nobody's */
export function nameMatch(
  staff: readonly Staff[],
  userId: string,
  patient: { readonly family: string; readonly given: string },
): NameMatch | null {
  const written = familyWords(patient.family);
  const found = staff.flatMap(({ id, name }): NameMatch[] => {
    if (!written.some((word) => name.family.has(word))) return [];
    const own = id === userId;
    return [{ whose: own ? 'own' : 'colleague', full: sameFullName(name, patient), colleague: own ? null : id }];
  });
  const weight = (match: NameMatch) => (match.whose === 'own' ? 2 : 0) + (match.full ? 1 : 0);
  return found.sort((left, right) => weight(right) - weight(left))[0] ?? null;
}

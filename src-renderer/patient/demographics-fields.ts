/** Demographics as the form holds them, and how two states of them differ. */
import { type Demographics, demographics as schema } from '../../src-shared/contract/patients.ts';

export const noDemographics: Demographics = {
  family: '',
  given: '',
  former: '',
  birthDate: null,
  gender: null,
  identifiers: [],
  phone: '',
  email: '',
  address: { line: '', postalCode: '', city: '', country: '' },
};

export const fieldNames = [
  'family',
  'given',
  'former',
  'birthDate',
  'gender',
  'identifiers',
  'phone',
  'email',
  'address',
] as const satisfies readonly (keyof Demographics)[];
export type FieldName = (typeof fieldNames)[number];

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Fields in which two states differ. */
export function differing(a: Demographics, b: Demographics): readonly FieldName[] {
  return fieldNames.filter((name) => !same(a[name], b[name]));
}

/** `into` with one field of `from`. */
export function withField(into: Demographics, from: Demographics, name: FieldName): Demographics {
  return { ...into, [name]: from[name] };
}

/** Someone else saved meanwhile: what they changed and we did not comes in; what both changed is for a person to settle. */
export function mergeMeanwhile(
  base: Demographics,
  mine: Demographics,
  theirs: Demographics,
): { readonly merged: Demographics; readonly contested: readonly FieldName[] } {
  const ours = new Set(differing(base, mine));
  let merged = mine;
  const contested: FieldName[] = [];
  for (const name of differing(base, theirs)) {
    if (!ours.has(name)) merged = withField(merged, theirs, name);
    else if (!same(mine[name], theirs[name])) contested.push(name);
  }
  return { merged, contested };
}

/** What is saved: empty identifier lines left out. */
export function tidy(values: Demographics): Demographics {
  return { ...values, identifiers: values.identifiers.filter(({ value }) => value.trim() !== '') };
}

/** First thing wrong per field, as the contract's schema sees it. */
export function problemsOf(values: Demographics): ReadonlySet<string> {
  const parsed = schema.safeParse(tidy(values));
  return new Set(parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0])));
}

/**
 * Why a file, or a resource in it, is refused: a closed list. The screens translate `refusal.<code>`; `plainReason`
 * is the English of it for the command line and for tests. No refusal ever carries a value from a record.
 */
export const refusalCodes = [
  // the file
  'unreadable',
  'empty',
  'too-large', // a JSON file over 64 MiB: params.limit in bytes
  'line-too-long', // an NDJSON line over 8 MiB: params.limit in bytes
  'zip',
  'gzip',
  'xml',
  'pdf',
  'not-utf8',
  // the text
  'not-json',
  'too-deep', // params.limit in levels
  'duplicate-key', // the same key twice in one object: readers disagree on which one counts
  'forbidden-key', // __proto__
  // the resource
  'not-a-resource',
  'unknown-type',
  'wrong-release', // params.release: DSTU2, STU3, R5
  'unknown-element', // params.element
  'missing-element', // params.element
  'wrong-kind', // params.expected: object, array, string, number, boolean
  'wrong-format', // a string or number not written as its data type demands
  'wrong-code', // not one of the codes FHIR allows here
  'rule', // an invariant of the specification: params.rule (key), params.text (its English wording)
  'invalid', // refused by a validator for a reason without a code of its own: params.text
  // references
  'contained-missing', // '#id' that no contained resource has
  'urn-missing', // urn:uuid or urn:oid that no entry of the bundle has
  'reference-nowhere', // decided by the writer: a patient that neither the import nor the record holds
  'erased', // decided by the writer: a patient whom the ledger of erasures names
  // the run
  'validator-lost', // the validating process ended before the file was through
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Words and numbers of the specification or of our limits; never content. */
export type RefusalParams = { readonly [name: string]: string | number };

/** One reason, where it was found. `path` is relative to the root of the file or line: `entry[3].resource.name[0].given`, '' for the root. */
export type Issue = { readonly path: string; readonly code: RefusalCode; readonly params: RefusalParams };

/** An issue in one of the chosen files (`file`: index as chosen); `line` counts from 1 in NDJSON. */
export type Refusal = Issue & { readonly file: number; readonly line?: number };

export function issue(path: string, code: RefusalCode, params: RefusalParams = {}): Issue {
  return { path, code, params };
}

const plain: Readonly<Record<RefusalCode, string>> = {
  unreadable: 'The file cannot be read.',
  empty: 'The file is empty.',
  'too-large': 'The file is larger than {limit} bytes. Larger amounts can be brought in as NDJSON.',
  'line-too-long': 'The line is longer than {limit} bytes.',
  zip: 'This is a zip archive. Unpack it and choose the files inside.',
  gzip: 'This is a gzip archive. Unpack it and choose the file inside.',
  xml: 'This is XML. Carekeep reads FHIR as JSON.',
  pdf: 'This is a PDF document, not FHIR.',
  'not-utf8': 'The text is not written in UTF-8.',
  'not-json': 'This is not JSON, or it is cut off or damaged here.',
  'too-deep': 'The content is nested more than {limit} levels deep.',
  'duplicate-key': 'The same element is given twice.',
  'forbidden-key': 'An element has a name that is not allowed.',
  'not-a-resource': 'This is JSON, but not a FHIR resource.',
  'unknown-type': 'FHIR R4 has no resource of this type.',
  'wrong-release': 'This is FHIR {release}. Carekeep reads FHIR R4.',
  'unknown-element': 'FHIR R4 has no element “{element}” here.',
  'missing-element': 'The element “{element}” is required here.',
  'wrong-kind': 'A value of another kind is required here ({expected}).',
  'wrong-format': 'The value is not written as FHIR demands.',
  'wrong-code': 'The value is not one of the codes FHIR allows here.',
  rule: 'A rule of FHIR is broken ({rule}): {text}',
  invalid: 'The validator refuses this: {text}',
  'contained-missing': 'A reference points to a contained resource that is not there.',
  'urn-missing': 'A reference points to an entry that is not in the bundle.',
  'reference-nowhere': 'A reference points to a patient who is neither in the import nor in the record.',
  erased: 'A patient who was erased. What was erased does not come back by an import.',
  'validator-lost': 'Checking stopped before the file was through.',
};

/** The reason in plain English. */
export function plainReason(refusal: Pick<Issue, 'code' | 'params'>): string {
  return plain[refusal.code].replace(/\{(\w+)\}/g, (_whole, name: string) => String(refusal.params[name] ?? ''));
}

/** A key as it may appear in a path: names of FHIR elements pass, anything else could be content and becomes `?`. */
export function pathName(key: string): string {
  return /^_?[a-z][A-Za-z0-9]{0,63}$|^__proto__$/.test(key) ? key : '?';
}

export function joinPath(path: string, rest: string): string {
  if (path === '' || rest === '') return path + rest;
  return rest.startsWith('[') ? path + rest : `${path}.${rest}`;
}

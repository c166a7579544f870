/** An ajv error as an issue: JSON pointer to path, keyword to a reason in plain words. */
import { type Issue, issue, joinPath, pathName } from '../../../../src-shared/fhir/refusals.ts';

type SchemaError = {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
};

/** `path` is where the validated resource itself stands. */
export function schemaIssue(error: SchemaError | undefined, path: string): Issue {
  if (error === undefined) return issue(path, 'invalid', { text: 'does not fit the schema' });
  const at = joinPath(path, pointerPath(error.instancePath));
  switch (error.keyword) {
    case 'additionalProperties':
      return issue(at, 'unknown-element', { element: pathName(String(error.params.additionalProperty)) });
    case 'required':
      return issue(at, 'missing-element', { element: String(error.params.missingProperty) });
    case 'type':
      return issue(at, 'wrong-kind', { expected: String(error.params.type) });
    case 'pattern':
      return issue(at, 'wrong-format');
    case 'enum':
    case 'const':
      return issue(at, 'wrong-code');
    default:
      return issue(at, 'invalid', { text: 'does not fit the schema' });
  }
}

function pointerPath(pointer: string): string {
  let path = '';
  for (const part of pointer.split('/').slice(1)) {
    if (/^\d+$/.test(part)) path += `[${part}]`;
    else path = joinPath(path, pathName(part));
  }
  return path;
}

/** Medplum's OperationOutcome as issues. Its messages are the specification's words and element names, never values. */
import { isObject, type JsonObject, list, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { type Issue, issue, joinPath, pathName } from '../../../../src-shared/fhir/refusals.ts';

const enough = 20;

/** The errors among the outcome's issues (warnings do not refuse), `path` before each. */
export function definitionIssues(outcome: unknown, resource: JsonObject, path: string): Issue[] {
  const issues: Issue[] = [];
  for (const entry of listAt(outcome, 'issue')) {
    if (textAt(entry, 'severity') !== 'error' || issues.length >= enough) continue;
    const within = elementPath(textAt({ expression: list(member(entry, 'expression'))[0] }, 'expression') ?? '');
    const words = textAt(member(entry, 'details'), 'text') ?? '';
    const perhapsBase64 = words === 'String cannot be larger than 1 MB' || words === 'Invalid base64Binary format';
    if (words.startsWith('String cannot be larger') && /(^|\.)div$/.test(within)) continue; // xhtml has no such limit
    if (words.startsWith('Constraint ref-1 ')) continue; // validate.ts checks it, where the reference stands
    if (perhapsBase64 && isBase64(valueAt(resource, within))) continue;
    issues.push(read(joinPath(path, within), words, textAt(entry, 'code') ?? ''));
  }
  return issues;
}

function read(path: string, words: string, code: string): Issue {
  const rule = /^Constraint ([A-Za-z0-9-]+) not met: (.*)$/s.exec(words);
  if (rule !== null) return issue(path, 'rule', { rule: rule[1] ?? '', text: rule[2] ?? '' });
  const extra = /^Invalid additional property "(.*)"$/s.exec(words);
  if (extra !== null)
    return issue(path.replace(/\.?[^.]*$/, ''), 'unknown-element', { element: pathName(extra[1] ?? '') });
  if (words === 'Missing required property') {
    return issue(path.replace(/\.?[^.]*$/, ''), 'missing-element', { element: path.replace(/^.*\./, '') });
  }
  if (/^Invalid [A-Za-z0-9]+ format$/.test(words) || words === 'String must contain non-whitespace content') {
    return issue(path, 'wrong-format');
  }
  if (words.startsWith('Invalid JSON type: expected ')) {
    return issue(path, 'wrong-kind', { expected: /expected (\w+)/.exec(words)?.[1] ?? '' });
  }
  if (code === 'processing' || code === 'exception') {
    return issue(path, 'invalid', { text: 'the validator could not judge a rule here' });
  }
  return issue(path, 'invalid', { text: words });
}

/** `Patient.name[0].family` → `name[0].family` */
function elementPath(expression: string): string {
  const names = expression.split('.').slice(1);
  return names.map((name) => name.replace(/^[^[]*/, pathName)).join('.');
}

function valueAt(resource: JsonObject, path: string): unknown {
  let value: unknown = resource;
  for (const part of path.split(/\.|(?=\[)/)) {
    const index = /^\[(\d+)\]$/.exec(part)?.[1];
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else value = isObject(value) ? member(value, part) : undefined;
  }
  return value;
}

/**
 * Medplum applies the 1 MB limit of `string` to base64Binary too, which FHIR leaves open (a scanned document is larger),
 * and refuses the white space that FHIR R4 allows in base64.
 */
function isBase64(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  let letters = 0;
  let padding = 0;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code === 32 || code === 10 || code === 13 || code === 9) continue;
    if (code === 61) {
      padding += 1;
      continue;
    }
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
    if (padding > 0 || !(isLetter || code === 43 || code === 47)) return false;
    letters += 1;
  }
  return letters > 0 && padding <= 2 && (letters + padding) % 4 === 0;
}

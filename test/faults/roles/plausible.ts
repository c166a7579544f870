/**
 * Input that a procedure's schema takes, made from the schema itself, so that a procedure added tomorrow is played
 * too. It names nobody and nothing that exists, so that what is allowed does as little as it can.
 */
import { z } from 'zod';
import type { Procedure } from '../../../src-shared/contract/procedure.ts';
import { Broken } from '../kind.ts';

const texts: readonly string[] = [
  'nobody-at-all',
  '00000000-0000-4000-8000-000000000000',
  'own-00000000',
  '1971-03-14',
  'a plausible text of some length',
  'nobody.at.all',
  'DE',
  '70',
  '123456',
  '/nonexistent/file',
  '12:30',
  '2026-W40',
  '0AB1-2CD3',
  Buffer.alloc(32, 7).toString('base64'),
  'AA'.concat(':AA'.repeat(31)),
];
/** How many of something, where the schema does not say. */
const counts: readonly number[] = [0, 1, 2, 3, 24];
const secret = 'not the password of anybody';
/** Of a server, where nobody listens: a name would be looked up. */
const address = '127.0.0.1:1';

const schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  minItems: z.number().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
});

/** Which of the texts stands where; counted up where the schema says no. */
type Chosen = Map<string, number>;

function made(json: unknown, path: string, chosen: Chosen): unknown {
  const parsed = schema.safeParse(json);
  if (!parsed.success) return text(path, chosen);
  const { type, const: constant, enum: options, anyOf, oneOf, allOf, properties, required, items } = parsed.data;
  if (constant !== undefined) return constant;
  if (options !== undefined) return options[(chosen.get(path) ?? 0) % options.length];
  const alternatives = anyOf ?? oneOf;
  if (alternatives !== undefined)
    return made(alternatives[(chosen.get(path) ?? 0) % alternatives.length], path, chosen);
  if (allOf !== undefined) return made(allOf[0], path, chosen);
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(properties ?? {})
          .filter(([name]) => required?.includes(name))
          .map(([name, inner]) => [name, made(inner, path === '' ? name : `${path}.${name}`, chosen)]),
      );
    case 'array':
      return Array.from({ length: parsed.data.minItems ?? counts[(chosen.get(path) ?? 0) % counts.length] ?? 0 }, () =>
        made(items, `${path}.*`, chosen),
      );
    case 'integer':
    case 'number':
      return Math.max(1, parsed.data.minimum ?? 1, (parsed.data.exclusiveMinimum ?? 0) + 1);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return text(path, chosen);
  }
}

function text(path: string, chosen: Chosen): string {
  const last = path.split('.').at(-1) ?? '';
  if (/^(password|current|next)$/.test(last) && !chosen.has(path)) return secret;
  if (last === 'address' && !chosen.has(path)) return address;
  return texts[(chosen.get(path) ?? 0) % texts.length] ?? '';
}

/** @throws Broken when the schema takes nothing that can be thought of here */
export function plausible(name: string, procedure: Procedure): unknown {
  const json = z.toJSONSchema(procedure.input, { io: 'input', unrepresentable: 'any' });
  const chosen: Chosen = new Map();
  for (let tries = 0; tries < 60; tries += 1) {
    const input = made(json, '', chosen);
    const parsed = procedure.input.safeParse(input);
    if (parsed.success) return input;
    const path = (parsed.error.issues[0]?.path ?? []).map((key) => (typeof key === 'number' ? '*' : key)).join('.');
    chosen.set(path, (chosen.get(path) ?? -1) + 1);
  }
  throw new Broken(`no input is known for ${name}: teach test/faults/roles/plausible.ts one`);
}

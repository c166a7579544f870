/** Which inputs of the contract take free text: found in the schemas, so that a new field cannot be forgotten. */
import { z } from 'zod';
import { procedures } from '../../../src-shared/contract/index.ts';

/** The part of JSON Schema that the contract's inputs come out as. */
type Schema = {
  readonly type?: string | undefined;
  readonly enum?: unknown[] | undefined;
  readonly const?: unknown;
  readonly format?: string | undefined;
  readonly pattern?: string | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly items?: Schema | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly anyOf?: Schema[] | undefined;
  readonly oneOf?: Schema[] | undefined;
  readonly allOf?: Schema[] | undefined;
};

const schema: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    type: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    properties: z.record(z.string(), schema).optional(),
    items: schema.optional(),
    additionalProperties: z.union([z.boolean(), schema]).optional(),
    anyOf: z.array(schema).optional(),
    oneOf: z.array(schema).optional(),
    allOf: z.array(schema).optional(),
  }),
);

function* textsIn(here: Schema, path: string): Generator<string> {
  for (const branch of [...(here.anyOf ?? []), ...(here.oneOf ?? [])]) yield* textsIn(branch, path);
  if (here.type === 'string' && here.enum === undefined && here.const === undefined && here.format === undefined) {
    const patterns = [here.pattern, ...(here.allOf ?? []).map(({ pattern }) => pattern)];
    if (patterns.every((pattern) => pattern === undefined || new RegExp(pattern, 'u').test('<b>x</b>'))) yield path;
  }
  for (const [name, inner] of Object.entries(here.properties ?? {}))
    yield* textsIn(inner, path === '' ? name : `${path}.${name}`);
  if (here.items !== undefined) yield* textsIn(here.items, `${path}[]`);
  if (typeof here.additionalProperties === 'object') yield* textsIn(here.additionalProperties, `${path}.*`);
}

/**
 * `procedure path` of every field of the screens that lets markup through. What is offered on another channel only,
 * core refuses to a page: no form can hold it.
 */
export function freeTexts(): readonly string[] {
  const found = new Set<string>();
  for (const [name, procedure] of procedures) {
    if (procedure.channels?.includes('screen') === false) continue;
    const input = schema.parse(z.toJSONSchema(procedure.input, { io: 'input', unrepresentable: 'any' }));
    for (const path of textsIn(input, '')) found.add(`${name} ${path}`);
  }
  return [...found];
}

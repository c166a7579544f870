/** What kind of value each policy has, taken from the schema itself. */
import { z } from 'zod';
import { type PolicyName, policySchema } from '../../src-shared/policy/policy.ts';

export type Kind =
  | { readonly is: 'boolean' }
  | { readonly is: 'number'; readonly least: number; readonly most: number }
  | { readonly is: 'choice'; readonly of: readonly string[] }
  /** Many lines: a list, or a text that has many. */
  | { readonly is: 'lines'; readonly most: number }
  | { readonly is: 'text' };

const property = z.object({
  type: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxItems: z.number().optional(),
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
});
const properties = z.object({ properties: z.record(z.string(), property) });

/** The names in the schema's order. */
export const names: readonly PolicyName[] = policySchema.keyof().options;

const described = properties.parse(z.toJSONSchema(policySchema, { io: 'input' })).properties;
/** A certificate has some forty lines; a few of them are enough for any mirror. */
const linesOfText = 1000;

export function kindOf(name: PolicyName): Kind {
  const { type, minimum, maximum, maxItems, enum: options, pattern } = described[name] ?? {};
  if (type === 'boolean') return { is: 'boolean' };
  if (type === 'integer' && minimum !== undefined && maximum !== undefined) {
    return { is: 'number', least: minimum, most: maximum };
  }
  if (options !== undefined) return { is: 'choice', of: options };
  if (type === 'array' && maxItems !== undefined) return { is: 'lines', most: maxItems };
  if (pattern?.includes('BEGIN CERTIFICATE') === true) return { is: 'lines', most: linesOfText };
  return { is: 'text' };
}

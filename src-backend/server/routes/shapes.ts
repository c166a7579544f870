/** Pieces that the places' schemas share. Numbers in an address are decimal, in their one spelling. */
import { z } from 'zod';
import { count, id } from '../../../src-shared/sync-protocol/primitives.ts';

export const bytes = z.instanceof(Buffer);
export const nothing = z.null();
export const noParams = z.object({});
export const noQuery = z.strictObject({});
export const done = z.strictObject({});
export const number = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/)
  .transform(Number)
  .pipe(count);
export const deviceParam = z.strictObject({ id });

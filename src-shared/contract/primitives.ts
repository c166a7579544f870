/** Schemas shared by the capabilities: ids, dates, names of people and things, with the limits every text has. */
import { z } from 'zod';
import { roles } from './permissions.ts';

export const empty = z.strictObject({});
export const ok = z.strictObject({ ok: z.literal(true) });

const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
export const patientId = id.brand<'PatientId'>();
export type PatientId = z.infer<typeof patientId>;
export const resourceId = id.brand<'ResourceId'>();
export type ResourceId = z.infer<typeof resourceId>;
export const userId = id.brand<'UserId'>();
export type UserId = z.infer<typeof userId>;
export const draftId = id.brand<'DraftId'>();
export type DraftId = z.infer<typeof draftId>;
export const importId = id.brand<'ImportId'>();
export type ImportId = z.infer<typeof importId>;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused here
const noControl = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$/;
/** One line of text as a person types it: trimmed, no control characters. */
export const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\r\n]*$/)
    .regex(noControl)
    .transform((text) => text.trim());
export const requiredLine = (max: number) => line(max).pipe(z.string().min(1));
/** Several lines of text. */
export const prose = (max: number) => z.string().max(max).regex(noControl);

/** FHIR date, full or partial: 1971, 1971-03, 1971-03-14. */
export const partialDate = z.string().regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/);
export const fullDate = z.iso.date();
/** Instant in milliseconds since the epoch. */
export const instant = z.number().int().nonnegative();

export const language = z.enum(['en', 'es', 'de', 'fr']);
export type Language = z.infer<typeof language>;
/** ISO 3166-1 alpha-2. */
export const country = z.string().regex(/^[A-Z]{2}$/);

export const userName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{1,31}$/);
export const role = z.enum(roles);
export const rolesHeld = z.array(role).min(1).max(roles.length);
/** Crosses the port as text because the keyboard gives text; core turns it into a Buffer at once. */
export const password = z.string().min(1).max(512);
export const gender = z.enum(['male', 'female', 'other', 'unknown']);

/** Schemas shared by the capabilities: ids, dates, names of people and things, with the limits every text has. */
import { z } from 'zod';
import { type OwnRoleId, roles } from './permissions.ts';

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
/** DEL, C1, separators of lines, and what turns the direction of the text after it: no name holds one, pasting brings them. */
const unseen = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
/** One line of text as a person types it: trimmed, no control characters, nothing that reorders what stands beside it. */
export const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\r\n]*$/)
    .regex(noControl)
    .transform((text) => text.replace(unseen, '').trim());
/** A line in which something can be seen: not spaces alone, nor marks without width. */
export const requiredLine = (max: number) => line(max).pipe(z.string().regex(/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u));
/**
 * Several lines of text. Control characters that pasting brings are dropped, not refused: a draft that is not saved is
 * lost.
 */
export const prose = (max: number) =>
  z
    .string()
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are dropped
    .transform((text) => text.replace(/[\u000b\u000c]/g, '\n').replace(/[\u0000-\u0008\u000e-\u001f\u007f]/g, ''));

function isCalendarDate(text: string): boolean {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  // Day 0 of the next month is the last of this one; years below 100 mean 19xx to Date.UTC, so none is asked for them.
  return year >= 100 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
/** FHIR date, full or partial: 1971, 1971-03, 1971-03-14. One that the calendar has. */
export const partialDate = z
  .string()
  .regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/)
  .refine(isCalendarDate);
export const fullDate = z.iso.date();
/** Instant in milliseconds since the epoch, until the end of the year 9999: ISO text has no more digits. */
export const instant = z.number().int().nonnegative().max(253_402_300_799_999);

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
/** A role of the clinic's own, by the id that the roster gives it. */
export const ownRoleId = z.templateLiteral([
  'own-',
  z.string().regex(/^[a-z0-9]{8,32}$/),
]) satisfies z.ZodType<OwnRoleId>;
export const roleId = z.union([role, ownRoleId]);
export const rolesHeld = z.array(roleId).min(1).max(20);
/** Crosses the port as text because the keyboard gives text; core turns it into a Buffer at once. */
export const password = z.string().min(1).max(512);
export const gender = z.enum(['male', 'female', 'other', 'unknown']);

/** Finding patients and their demographics. */
import { z } from 'zod';
import { empty, fullDate, gender, line, ok, partialDate, patientId, requiredLine } from './primitives.ts';
import { command, query } from './procedure.ts';

/** Fields that a session without the permission sees as dots and the last two characters; `phone` is e-mail too. */
export const maskedField = z.enum(['identifiers', 'phone']);
export type MaskedField = z.infer<typeof maskedField>;
const masked = z.array(maskedField);

/** One line of a result list: what tells two people apart, nothing clinical. */
export const patientLine = z.strictObject({
  id: patientId,
  family: z.string(),
  given: z.string(),
  former: z.string().nullable(),
  birthDate: z.string().nullable(),
  gender: gender.nullable(),
  deceased: z.boolean(),
  /** The first identifier, as written. */
  identifier: z.string().nullable(),
  phone: z.string().nullable(),
  /** ISO date of the last encounter or note, null when never. */
  lastSeen: z.string().nullable(),
  /** Which of the above this session sees masked. */
  masked,
});
export type PatientLine = z.infer<typeof patientLine>;

export const demographics = z.strictObject({
  family: requiredLine(120),
  given: line(120),
  former: line(120),
  birthDate: partialDate.nullable(),
  gender: gender.nullable(),
  identifiers: z.array(z.strictObject({ system: line(200), value: requiredLine(80), label: line(40) })).max(100),
  phone: line(40),
  email: line(120),
  address: z.strictObject({ line: line(200), postalCode: line(20), city: line(120), country: line(60) }),
});
export type Demographics = z.infer<typeof demographics>;

export const patients = {
  search: query({
    summary:
      'Find patients by beginnings of names, birth date, and what this session sees of identifier and phone; top 20 in name order.',
    input: z.strictObject({ text: z.string().max(200) }),
    output: z.strictObject({
      hits: z.array(patientLine),
      /** Patients in all; matches are counted up to 1,000. */
      total: z.number().int(),
      matches: z.number().int(),
      /** Time core needed, milliseconds. */
      took: z.number(),
    }),
    needs: 'patient:read',
    audits: 'patient.searched',
  }),
  endSearch: command({
    summary: 'The search box closed: the search session ends with how many queries ran and whom it led to.',
    input: z.strictObject({ opened: patientId.nullable() }),
    output: ok,
    needs: 'patient:read',
    audits: 'patient.searched',
  }),
  recent: query({
    summary: "Patients this user opened last; the whole list's beginning for who has none.",
    input: empty,
    output: z.strictObject({ patients: z.array(patientLine), total: z.number().int() }),
    needs: 'patient:read',
    audits: 'patient.listed',
  }),
  demographics: query({
    summary: 'Demographics of one patient, for reading and editing.',
    input: z.strictObject({ patientId }),
    output: z.strictObject({ patientId, version: z.number().int(), imported: z.boolean(), demographics, masked }),
    needs: 'patient:read',
    audits: 'patient.read',
  }),
  similar: query({
    summary: 'Likely duplicates of a person about to be added: swapped names, accents, one-digit date slips.',
    input: z.strictObject({ family: line(120), given: line(120), birthDate: fullDate.nullable() }),
    output: z.strictObject({
      candidates: z.array(
        z.strictObject({
          patient: patientLine,
          reason: z.enum(['same', 'names-swapped', 'spelling', 'birth-date-slip', 'identifier']),
        }),
      ),
    }),
    needs: 'patient:write',
    audits: 'patient.compared',
  }),
  create: command({
    summary: 'Add a patient; refuses likely duplicates unless told that this is another person.',
    input: z.strictObject({ demographics, notADuplicate: z.boolean() }),
    output: z.strictObject({ patientId }),
    needs: 'patient:write',
    audits: 'patient.created',
  }),
  update: command({
    summary: 'Change demographics, masked fields excepted; refuses when someone else changed them meanwhile.',
    input: z.strictObject({ patientId, version: z.number().int(), demographics }),
    output: z.strictObject({ version: z.number().int() }),
    needs: 'patient:write',
    audits: 'patient.updated',
  }),
  erase: command({
    summary: 'Erase a patient here and on every workstation: what two admins agreed to. Nothing of it can be undone.',
    input: z.strictObject({
      patientId: z.uuid(),
      /** Null: the only admin, whom nobody could agree with. */
      requestId: z.uuid().nullable(),
    }),
    output: ok,
    needs: 'request:sign',
    audits: 'patient.erased',
  }),
};

/** The chart: reading it whole, adding to it, drafts, signing. */
import { z } from 'zod';
import { maskedField } from './patients.ts';
import {
  draftId,
  empty,
  instant,
  line,
  ok,
  partialDate,
  password,
  patientId,
  prose,
  requiredLine,
  resourceId,
} from './primitives.ts';
import { command, query, task } from './procedure.ts';

/** One resource as stored: `json` is the text as it came, numbers as written. */
export const chartRow = z.strictObject({
  id: resourceId,
  type: z.string(),
  version: z.number().int(),
  /** Clinical date, sortable ISO text, null when the resource names none. */
  date: z.string().nullable(),
  status: z.string().nullable(),
  encounterId: z.string().nullable(),
  signed: z.boolean(),
  /** Where it came from: written here, or an import. */
  source: z.strictObject({
    kind: z.enum(['local', 'import']),
    /** Who recorded or imported it: display name at that time. */
    by: z.string(),
    at: instant,
    /** Name of the import (its first file), null for local rows. */
    import: z.string().nullable(),
  }),
  json: z.string(),
});
export type ChartRow = z.infer<typeof chartRow>;

export const noteContent = z.strictObject({
  format: z.enum(['soap', 'text']),
  title: line(160),
  /** v3 ActCode: ambulatory, home, virtual (telephone, video), emergency. */
  encounterClass: z.enum(['AMB', 'HH', 'VR', 'EMER']),
  subjective: prose(100_000),
  objective: prose(100_000),
  assessment: prose(100_000),
  plan: prose(100_000),
  text: prose(200_000),
});
export type NoteContent = z.infer<typeof noteContent>;

export const draft = z.strictObject({
  id: draftId,
  patientId,
  /** Encounter the note belongs to; null: a new one is made at signing. */
  encounterId: z.string().nullable(),
  /** The signed note this one amends. */
  amends: resourceId.nullable(),
  content: noteContent,
  savedAt: instant,
});
export type Draft = z.infer<typeof draft>;

const added = z.strictObject({ id: resourceId });

export const chart = {
  open: query({
    summary: "A patient's whole chart in one message, every row checked against the audit log.",
    input: z.strictObject({ patientId }),
    output: z.strictObject({
      patientId,
      rows: z.array(chartRow),
      /** Rows of other patients' or of no patient that these refer to (practitioners, organisations, medications). */
      referred: z.array(chartRow),
      /** reference text as written in the JSON → local id */
      references: z.record(z.string(), z.string()),
      /** This user's own drafts for this patient. */
      drafts: z.array(draft),
      /** Fields of the patient that this session sees masked. */
      masked: z.array(maskedField),
    }),
    needs: 'chart:read',
    audits: 'chart.read',
  }),
  source: query({
    summary: 'One resource as stored, with earlier versions. A person’s is refused where a field of theirs is masked.',
    input: z.strictObject({ id: resourceId }),
    output: z.strictObject({
      row: chartRow,
      history: z.array(z.strictObject({ version: z.number().int(), json: z.string(), replacedAt: instant })),
      /** A note signed here: does the signature hold with the key its author had then? Null for everything else. */
      signature: z.enum(['holds', 'broken', 'missing']).nullable(),
    }),
    needs: 'chart:read',
    audits: 'chart.source-read',
  }),
  addProblem: command({
    summary: 'Add a problem.',
    input: z.strictObject({
      patientId,
      text: requiredLine(200),
      code: line(40),
      system: line(200),
      onset: partialDate.nullable(),
      note: prose(2000),
    }),
    output: added,
    needs: 'chart:write',
    audits: 'chart.added',
  }),
  addAllergy: command({
    summary: 'Add an allergy or intolerance, or record that none is known.',
    input: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('allergy'),
        patientId,
        text: requiredLine(200),
        code: line(40),
        system: line(200),
        category: z.enum(['food', 'medication', 'environment', 'biologic']).nullable(),
        criticality: z.enum(['low', 'high', 'unable-to-assess']).nullable(),
        reaction: line(200),
        onset: partialDate.nullable(),
      }),
      z.strictObject({ kind: z.literal('none-known'), patientId }),
    ]),
    output: added,
    needs: 'chart:write',
    audits: 'chart.added',
  }),
  addMedication: command({
    summary: 'Add a medication the patient takes.',
    input: z.strictObject({
      patientId,
      text: requiredLine(200),
      code: line(40),
      system: line(200),
      dosage: line(200),
      start: partialDate.nullable(),
      note: prose(2000),
    }),
    output: added,
    needs: 'chart:write',
    audits: 'chart.added',
  }),
  end: command({
    summary: 'End a problem, allergy or medication: resolved, no longer taken, or entered in error.',
    input: z.strictObject({
      id: resourceId,
      version: z.number().int(),
      as: z.enum(['ended', 'entered-in-error']),
      date: partialDate.nullable(),
    }),
    output: z.strictObject({ version: z.number().int() }),
    needs: 'chart:write',
    audits: 'chart.changed',
  }),
  recordVitals: command({
    summary: 'Record vital signs; each value with its unit, checked against plausible limits.',
    input: z.strictObject({
      patientId,
      at: instant,
      values: z
        .array(
          z.strictObject({
            /** Key of the vital-signs table in src-shared/fhir/vitals.ts. */
            vital: z.string().max(40),
            /** Number as written; components by name for panels (systolic, diastolic). */
            value: z.union([
              z.string().max(20),
              z.record(z.string().max(40), z.string().max(20)).refine((parts) => Object.keys(parts).length <= 8),
            ]),
            /** UCUM code, one of those the table offers for this vital sign. */
            unit: z.string().max(20),
          }),
        )
        .min(1)
        .max(20),
    }),
    output: z.strictObject({ ids: z.array(resourceId) }),
    needs: 'chart:write',
    audits: 'chart.added',
  }),
};

export const notes = {
  saveDraft: command({
    summary: "Keep a draft, encrypted, readable by its author's sessions only.",
    input: z.strictObject({
      draftId: draftId.nullable(),
      patientId,
      encounterId: z.string().max(64).nullable(),
      amends: resourceId.nullable(),
      content: noteContent,
    }),
    output: z.strictObject({ draftId, savedAt: instant }),
    needs: 'note:write',
    audits: 'note.draft-saved',
  }),
  drafts: query({
    summary: "All of this user's drafts, with whose chart they belong to.",
    input: empty,
    output: z.strictObject({
      drafts: z.array(z.strictObject({ draft, patientName: z.string(), birthDate: z.string().nullable() })),
    }),
    needs: 'note:write',
    audits: 'note.draft-read',
  }),
  discardDraft: command({
    summary: "Throw one's own draft away.",
    input: z.strictObject({ draftId }),
    output: ok,
    needs: 'note:write',
    audits: 'note.draft-discarded',
  }),
  sign: task({
    summary: "Sign a draft with one's password; the note can never be changed afterwards, only amended.",
    input: z.strictObject({ draftId, password }),
    output: z.strictObject({ noteId: resourceId, encounterId: resourceId }),
    needs: 'note:sign',
    audits: 'note.signed',
  }),
};

export const snippet = z.strictObject({
  id: z.string().max(64),
  name: line(60),
  text: prose(5000),
  shared: z.boolean(),
});
export type Snippet = z.infer<typeof snippet>;

export const snippets = {
  list: query({
    summary: 'Text snippets of this user and of the clinic.',
    input: empty,
    output: z.strictObject({ snippets: z.array(snippet) }),
    needs: 'note:write',
    audits: { none: 'text blocks without patients' },
  }),
  save: command({
    summary: 'Add or change a snippet of one’s own.',
    input: z.strictObject({ id: z.string().max(64).nullable(), name: requiredLine(60), text: prose(5000) }),
    output: z.strictObject({ id: z.string() }),
    needs: 'note:write',
    audits: 'snippet.changed',
  }),
  remove: command({
    summary: 'Remove a snippet of one’s own.',
    input: z.strictObject({ id: z.string().max(64) }),
    output: ok,
    needs: 'note:write',
    audits: 'snippet.changed',
  }),
};

/** Bringing records in and taking them out. */
import { z } from 'zod';
import { empty, importId, instant, language, ok, patientId } from './primitives.ts';
import { query, task } from './procedure.ts';

export const importState = z.enum(['previewing', 'previewed', 'running', 'done', 'cancelled', 'failed']);

export const fileReport = z.strictObject({
  file: z.number().int(),
  name: z.string(),
  bytes: z.number(),
  /** resource, document, collection, transaction, searchset, …, ndjson; null when it could not be told. */
  kind: z.string().nullable(),
  counts: z.record(z.string(), z.number().int()),
  verdict: z.enum(['waiting', 'accepted', 'duplicate', 'refused']),
  accepted: z.number().int(),
  duplicates: z.number().int(),
});
export type FileReport = z.infer<typeof fileReport>;

export const refusal = z.strictObject({
  file: z.number().int(),
  name: z.string(),
  /** JSON path inside the file, `$` for the whole. */
  path: z.string(),
  /** Line number in NDJSON. */
  line: z.number().int().nullable(),
  /** Code of src-shared/fhir/refusals.ts, translated by the screen. */
  reason: z.string(),
  /** What the reason's sentence needs: element names, limits. Never a value from the record. */
  params: z.record(z.string(), z.string()),
});
export type Refusal = z.infer<typeof refusal>;

export const importReport = z.strictObject({
  id: importId,
  state: importState,
  startedAt: instant,
  files: z.array(fileReport),
  /** Resources: accepted, duplicate, refused. */
  accepted: z.number().int(),
  duplicates: z.number().int(),
  patients: z.number().int(),
  /** The first 500; `refusalCount` says how many there are. */
  refusals: z.array(refusal),
  refusalCount: z.number().int(),
  /** Patients of this import that look like ones already here. */
  similar: z.number().int(),
});
export type ImportReport = z.infer<typeof importReport>;

export const imports = {
  choose: task({
    summary: 'Ask the user for FHIR files and preview what is in them. The command line names paths instead.',
    input: z.strictObject({ paths: z.array(z.string().max(4096)).min(1).max(10_000).optional() }),
    output: importReport,
    needs: 'patient:import',
    audits: 'import.previewed',
  }),
  start: task({
    summary: 'Bring the previewed files in. Answers at once; progress comes as events.',
    input: z.strictObject({ importId }),
    output: ok,
    needs: 'patient:import',
    audits: 'import.started',
  }),
  wait: task({
    summary: 'Wait until an import has ended, and its report.',
    input: z.strictObject({ importId }),
    output: importReport,
    needs: 'patient:import',
    audits: 'import.read',
  }),
  cancel: task({
    summary: 'Stop an import; nothing of it stays.',
    input: z.strictObject({ importId }),
    output: ok,
    needs: 'patient:import',
    audits: 'import.cancelled',
  }),
  report: query({
    summary: 'How an import stands or ended.',
    input: z.strictObject({ importId }),
    output: importReport,
    needs: 'patient:import',
    audits: { none: 'counts and file names of one’s own import; its start and end are entries' },
  }),
  list: query({
    summary: 'Imports, newest first.',
    input: empty,
    output: z.strictObject({
      imports: z.array(
        z.strictObject({
          id: importId,
          state: importState,
          startedAt: instant,
          by: z.string(),
          firstFile: z.string(),
          files: z.number().int(),
          accepted: z.number().int(),
          duplicates: z.number().int(),
        }),
      ),
    }),
    needs: 'patient:import',
    audits: 'import.read',
  }),
};

const target = {
  patientId,
  /** Only the command line may name a path; the screen is asked by a dialog. */
  path: z.string().max(4096).optional(),
};
const saved = z.strictObject({ saved: z.boolean(), bytes: z.number().int() });

export const exports = {
  bundle: task({
    summary: 'Everything about one patient as a FHIR R4 collection Bundle.',
    input: z.strictObject(target),
    output: saved,
    needs: 'patient:export',
    audits: 'export.bundle',
    takesOut: true,
  }),
  summary: task({
    summary: 'International Patient Summary of one patient as a FHIR document Bundle.',
    input: z.strictObject({ ...target, language }),
    output: saved,
    needs: 'patient:export',
    audits: 'export.summary',
    takesOut: true,
  }),
  pdf: task({
    summary: 'The record of one patient as a PDF a person likes to read.',
    input: z.strictObject({ ...target, language }),
    output: saved,
    needs: 'patient:print',
    audits: 'export.pdf',
    takesOut: true,
  }),
  import: task({
    summary: 'What one import brought in, as it came, as NDJSON (one resource or bundle a line).',
    input: z.strictObject({ importId, path: z.string().max(4096).optional() }),
    output: saved,
    needs: 'patient:export',
    audits: 'export.import',
    takesOut: true,
  }),
  all: task({
    summary: "The whole clinic's record as NDJSON, one resource a line as stored. Needs what two admins agreed to.",
    input: z.strictObject({
      /** The agreed request; null only where there is no second admin in the clinic. */
      requestId: z.uuid().nullable(),
      path: z.string().max(4096).optional(),
    }),
    output: z.strictObject({ saved: z.boolean(), bytes: z.number().int(), resources: z.number().int() }),
    needs: 'patient:export-all',
    audits: 'export.all',
    takesOut: true,
  }),
  cancelAll: task({
    summary: 'Stop the export of everything; nothing of the file stays, and the request can be used again.',
    input: empty,
    output: ok,
    needs: 'patient:export-all',
    audits: { none: 'the stopped export leaves the entry of its failure' },
  }),
};

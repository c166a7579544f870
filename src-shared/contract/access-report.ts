/**
 * What a patient is told about who saw their record (GDPR art. 15, CJEU C-579/21, EHDS annex II 3.2), and the log as
 * FHIR AuditEvent for the clinic's own systems.
 */
import { z } from 'zod';
import { breakGlassReason } from './access.ts';
import { auditCodes } from './audit-events.ts';
import { empty, fullDate, instant, language, ok, patientId, prose } from './primitives.ts';
import { task } from './procedure.ts';

/** What was done, in kinds that a patient tells apart. Each has its words in the translations. */
export const activities = [
  'read',
  'written',
  'signed',
  'printed',
  'exported',
  'imported',
  'emergency',
  'rules', // who may open the chart
  'log', // looks into the log of accesses itself, and its reviews
  'refused',
  'failed',
] as const;
export type Activity = (typeof activities)[number];

/** Categories of personal data. Each has its words in the translations. */
export const dataCategories = [
  'personal',
  'problems',
  'allergies',
  'medications',
  'immunisations',
  'measurements',
  'reports',
  'procedures',
  'visits',
  'notes',
  'documents',
  'plans',
  'consents',
  'family',
  'devices',
  'administration',
  'other',
  'access', // who accessed the record, or may
] as const;
export type DataCategory = (typeof dataCategories)[number];

export const dataOrigins = ['here', 'imported'] as const;
export type DataOrigin = (typeof dataOrigins)[number];

/** Accesses of one kind in one session, close after each other. Without a name unless that was decided. */
export const accessLine = z.strictObject({
  from: instant,
  to: instant,
  count: z.number().int().positive(),
  activity: z.enum(activities),
  event: z.enum(auditCodes),
  outcome: z.enum(['success', 'failure', 'denied']),
  /** v3 ActReason. */
  purpose: z.string(),
  /** Built-in roles by their id, the clinic's own by their name. */
  roles: z.array(z.string()),
  /** Display name; null unless names were decided for. */
  name: z.string().nullable(),
  /** The workstation. */
  where: z.string(),
  /** The record as a whole; `categories` are then what it held at that time. */
  whole: z.boolean(),
  categories: z.array(z.enum(dataCategories)),
  origins: z.array(z.enum(dataOrigins)),
  /** Why somebody opened a restricted chart all the same. */
  reason: breakGlassReason.nullable(),
});
export type AccessLine = z.infer<typeof accessLine>;

export const accessSummary = z.strictObject({
  accesses: z.number().int(),
  people: z.number().int(),
  /** By the roles a person held then, most accesses first. */
  byRole: z.array(z.strictObject({ roles: z.array(z.string()), count: z.number().int() })),
  byActivity: z.array(z.strictObject({ activity: z.enum(activities), count: z.number().int() })),
  emergencies: z.number().int(),
  /** Exports and prints. */
  takenOut: z.number().int(),
  refused: z.number().int(),
});
export type AccessSummary = z.infer<typeof accessSummary>;

/** Whole days by the workstation's calendar, both included. */
const days = z
  .strictObject({ from: fullDate, to: fullDate })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'before it begins' });
/** The law's least is three years back; what the log holds may reach further. */
export const reportSpan = z.union([z.literal('three-years'), z.literal('all'), days]);
export type ReportSpan = z.infer<typeof reportSpan>;

/** Something that can be seen: who reads the decision later must find more than spaces. */
const reason = prose(1000).pipe(z.string().regex(/[\p{L}\p{N}]/u));

const saved = z.strictObject({ saved: z.boolean(), bytes: z.number().int(), entries: z.number().int() });
const path = z.string().max(4096).optional();

export const accessReports = {
  preview: task({
    summary: 'Who accessed one record in a span of time, grouped, without names; looking is itself an entry.',
    input: z.strictObject({ patientId, span: reportSpan.default('three-years') }),
    output: z.strictObject({
      from: instant,
      to: instant,
      summary: accessSummary,
      /** Newest first, the first 300; `lineCount` says how many there are. */
      lines: z.array(accessLine),
      lineCount: z.number().int(),
      /** When this workstation's log begins; null for a log without an entry. */
      begins: instant.nullable(),
      /** Entries older than this were pruned after the retention time. */
      prunedBefore: instant.nullable(),
      /** The patient's own language where the record says so and Carekeep speaks it, else the clinic's. */
      language,
    }),
    needs: 'access-report:make',
    audits: 'audit.read',
  }),
  make: task({
    summary: 'The report on accesses to one record for the patient: a PDF, or a FHIR Bundle of AuditEvents.',
    input: z.strictObject({
      patientId,
      span: reportSpan.default('three-years'),
      form: z.enum(['pdf', 'fhir']),
      /** Null: the patient's own, else the clinic's. */
      language: language.nullable().default(null),
      /** Names of staff only by a decision that says why; needs `access-report:names`. */
      names: z.strictObject({ reason }).nullable().default(null),
      path,
    }),
    output: saved,
    needs: 'access-report:make',
    audits: 'access-report.made',
    takesOut: true,
  }),
};

export const auditEventExport = {
  save: task({
    summary: "The log as FHIR R4 AuditEvents (IHE BALP), NDJSON, one entry a line, for the clinic's own systems.",
    input: z.strictObject({ from: instant.nullable(), to: instant.nullable(), path }),
    output: saved,
    needs: 'audit:export',
    audits: 'export.audit-fhir',
    takesOut: true,
  }),
  cancel: task({
    summary: 'Stop the export of the log as AuditEvents; nothing of the file stays.',
    input: empty,
    output: ok,
    needs: 'audit:export',
    audits: { none: 'the stopped export leaves the entry of its failure' },
  }),
};

/** What a record holds, since when, and from where: by category, so that an access can say what data it concerned. */
import { z } from 'zod';
import type { DataCategory, DataOrigin } from '../../../../src-shared/contract/access-report.ts';
import type { Store } from '../../store/open.ts';
import { notHidden } from '../../store/row.ts';

const categoryOfType: Readonly<Record<string, DataCategory>> = {
  Patient: 'personal',
  Condition: 'problems',
  AllergyIntolerance: 'allergies',
  MedicationStatement: 'medications',
  MedicationRequest: 'medications',
  MedicationDispense: 'medications',
  MedicationAdministration: 'medications',
  Medication: 'medications',
  Immunization: 'immunisations',
  ImmunizationRecommendation: 'immunisations',
  Observation: 'measurements',
  DiagnosticReport: 'reports',
  ImagingStudy: 'reports',
  Specimen: 'reports',
  Procedure: 'procedures',
  Encounter: 'visits',
  EpisodeOfCare: 'visits',
  Appointment: 'visits',
  Composition: 'notes',
  ClinicalImpression: 'notes',
  DocumentReference: 'documents',
  DocumentManifest: 'documents',
  Bundle: 'documents',
  Binary: 'documents',
  Media: 'documents',
  QuestionnaireResponse: 'documents',
  CarePlan: 'plans',
  CareTeam: 'plans',
  Goal: 'plans',
  ServiceRequest: 'plans',
  NutritionOrder: 'plans',
  Task: 'plans',
  Consent: 'consents',
  FamilyMemberHistory: 'family',
  RelatedPerson: 'family',
  Device: 'devices',
  DeviceUseStatement: 'devices',
  DeviceRequest: 'devices',
  Account: 'administration',
  Coverage: 'administration',
  Claim: 'administration',
  ClaimResponse: 'administration',
  ExplanationOfBenefit: 'administration',
  Invoice: 'administration',
};

/** The category of a FHIR type; what has none of its own is `other`. */
export function categoryOf(type: string): DataCategory {
  return Object.hasOwn(categoryOfType, type) ? (categoryOfType[type] ?? 'other') : 'other';
}

/** Kinds of files that an import reads, as far as they tell where something came from. */
export type SourceKind = 'document' | 'bulk' | 'file';

/** Where data of one category came from: entered here, or by an import of that kind, on that day. */
export type DataSource = {
  readonly category: DataCategory;
  readonly origin: DataOrigin;
  readonly kind: SourceKind | null;
  /** When it first came; null where the log no longer says. */
  readonly since: number | null;
};

export type Told = { readonly categories: readonly DataCategory[]; readonly origins: readonly DataOrigin[] };

export type HeldData = {
  /** Everything that was there when an entry was written. */
  readonly whenWritten: (seq: number) => Told;
  /** A resource of this patient; null for an id that is none. */
  readonly resource: (id: string) => ({ readonly type: string } & Told) | null;
  /** The personal details themselves. */
  readonly personal: Told;
  /** What an import brought of this patient; null where it brought nothing. */
  readonly broughtBy: (importId: string) => Told | null;
  readonly sources: readonly DataSource[];
  /** Number of the entry with which the record began. */
  readonly beganWith: number;
};

type Row = {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly batch: number;
  readonly importId: string | null;
  readonly started: number | null;
  readonly file: number | null;
  readonly first: number | null;
  readonly updatedAt: number;
};

const reportFiles = z.object({ files: z.array(z.object({ file: z.number(), kind: z.string().nullable() })) });

/** The kinds of an import's files, by their numbers. */
function kindsOf(store: Store, batch: number): ReadonlyMap<number, string | null> {
  const found = store
    .sql<[number], { report: string | null }>('select report from import_batch where batch = ?')
    .get(batch);
  const parsed = reportFiles.safeParse(JSON.parse(found?.report ?? 'null'));
  return new Map(parsed.success ? parsed.data.files.map(({ file, kind }) => [file, kind]) : []);
}

const sourceKind = (kind: string | null | undefined): SourceKind =>
  kind === 'document' ? 'document' : kind === 'ndjson' ? 'bulk' : 'file';

/** Everything of one patient that ever was in the record, superseded versions told by their first. */
export function heldData(store: Store, patientId: string): HeldData {
  const rows = store
    .sql<[string], Row>(
      `select r.id, r.type, r.version, coalesce(h.batch, r.batch) batch, b.id importId, b.started,
       json_extract(coalesce(h.source, r.source), '$.file') file, coalesce(r.created_seq, b.entry_seq) first,
       coalesce(h.updated_at, r.updated_at) updatedAt
       from resource r left join resource_history h on h.row = r.row and h.version = 1
       left join import_batch b on b.batch = coalesce(h.batch, r.batch)
       where r.patient_id = ? and ${notHidden('r')} order by r.row`,
    )
    .all(patientId);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const firsts = rows.map(({ first }) => first ?? 0);
  return {
    whenWritten: whenWritten(rows),
    resource: (id) => {
      const row = byId.get(id);
      return row === undefined ? null : { type: row.type, ...told([row]) };
    },
    personal: told(rows.filter(({ id }) => id === patientId)),
    broughtBy: (importId) => {
      const brought = rows.filter((row) => row.importId === importId);
      return brought.length === 0 ? null : { ...told(brought), origins: ['imported'] };
    },
    sources: sourcesOf(store, rows),
    beganWith: firsts.length === 0 ? 0 : firsts.reduce((least, first) => Math.min(least, first)),
  };
}

/** Asked for every opening of a chart: from the first entry of each category and origin, not from all rows. */
function whenWritten(rows: readonly Row[]): HeldData['whenWritten'] {
  const categories = new Map<DataCategory, number>();
  const origins = new Map<DataOrigin, number>();
  for (const row of rows) {
    const one = told([row]);
    const first = row.first ?? 0;
    for (const each of one.categories) categories.set(each, Math.min(first, categories.get(each) ?? first));
    for (const each of one.origins) origins.set(each, Math.min(first, origins.get(each) ?? first));
  }
  const until = <T>(since: ReadonlyMap<T, number>, seq: number): T[] =>
    [...since].filter(([, first]) => first <= seq).map(([each]) => each);
  return (seq) => ({ categories: until(categories, seq), origins: until(origins, seq) });
}

/** What was imported and edited here since came from both. */
function told(rows: readonly Row[]): Told {
  const categories = new Set<DataCategory>();
  const origins = new Set<DataOrigin>();
  for (const { type, batch, version } of rows) {
    categories.add(categoryOf(type));
    if (batch > 0) origins.add('imported');
    if (batch === 0 || version > 1) origins.add('here');
  }
  return { categories: [...categories], origins: [...origins] };
}

function sourcesOf(store: Store, rows: readonly Row[]): readonly DataSource[] {
  const kinds = new Map<number, ReadonlyMap<number, string | null>>();
  const kindOf = ({ batch, file }: Row): SourceKind => {
    const known = kinds.get(batch) ?? kindsOf(store, batch);
    kinds.set(batch, known);
    return sourceKind(file === null ? null : known.get(file));
  };
  const found = new Map<string, DataSource>();
  for (const row of rows) {
    const origin = row.batch > 0 ? 'imported' : 'here';
    const kind = row.batch > 0 ? kindOf(row) : null;
    const category = categoryOf(row.type);
    const since = row.batch > 0 ? row.started : row.updatedAt;
    // One line per import: a patient asks where something came from, and that is a day and a kind of file.
    const key = `${category} ${origin} ${kind} ${row.batch}`;
    const known = found.get(key);
    const earliest = known?.since == null ? since : Math.min(known.since, since ?? known.since);
    found.set(key, { category, origin, kind, since: earliest });
  }
  return [...found.values()];
}

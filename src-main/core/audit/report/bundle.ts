/**
 * The report as FHIR R4: a collection of the patient, an AuditEvent for each entry, and one for the report itself, which
 * says from which state of the log it was made and what it does not show.
 */
import type { AuditEvent, Bundle, BundleEntry, FhirResource, Patient, Reference } from 'fhir/r4';
import { type AuditEventNames, toAuditEvent } from '../fhir-audit-event.ts';
import { dcm } from '../fhir-event-kinds.ts';
import { gapsOf } from './gaps.ts';
import type { Accesses, AccessReport, Gathered } from './gather.ts';
import { categoryWords, doneWords, reportWords, roleWords } from './wording.ts';

/** Addresses that never resolve (RFC 2606). */
const base = 'https://carekeep.invalid/fhir';

/** @param gathered what the report's lines were grouped from @returns the text of the Bundle */
export function accessBundle(
  report: AccessReport,
  { gathered, types }: Pick<Accesses, 'gathered' | 'types'>,
  patientId: string,
): string {
  const words = reportWords(report.language);
  const patient: Reference = { reference: `Patient/${patientId}`, type: 'Patient' };
  const about = new Map(gathered.map((one) => [one.entry.seq, one]));
  const names: AuditEventNames = {
    clinic: report.clinic,
    device: () => report.where,
    user: (_id, roles) => {
      const role = roleWords(
        words,
        roles.map((role) => report.roleNames[role] ?? role),
      );
      return { display: words.withheld.replace('{{role}}', () => role) };
    },
    role: (id) => roleWords(words, [report.roleNames[id] ?? id]),
    patient: () => patient,
    // Who else a restriction or a review names is not this patient's: only resources of the record are told.
    entity: ({ entity }) =>
      entity.flatMap((id) => ({ id, type: types.get(id) ?? '' })).filter(({ type }) => type !== ''),
    detail: ({ seq }) => detailOf(about.get(seq), report),
  };
  const events = gathered.map(({ entry, access }): AuditEvent => {
    const { name } = access;
    const user: AuditEventNames['user'] = name === null ? names.user : () => ({ name, display: name });
    // An entry that concerns the patient without naming one does so in this patient's report.
    return toAuditEvent({ ...entry, patient: entry.patient ?? '' }, { ...names, user });
  });
  const resources: FhirResource[] = [patientOf(report, patientId), ...events, reportEvent(report, patient)];
  const bundle: Bundle = {
    resourceType: 'Bundle',
    language: report.language,
    identifier: { system: 'urn:carekeep:access-report', value: report.id },
    type: 'collection',
    timestamp: new Date(report.madeAt).toISOString(),
    entry: resources.map(
      (resource): BundleEntry => ({ fullUrl: `${base}/${resource.resourceType}/${resource.id ?? ''}`, resource }),
    ),
  };
  return `${JSON.stringify(bundle, null, 1)}\n`;
}

function detailOf(found: Gathered | undefined, { language }: AccessReport): Readonly<Record<string, string>> {
  if (found === undefined) return {};
  const words = reportWords(language);
  const { event, activity, whole, categories, origins, reason } = found.access;
  const data = categories.map((category) => categoryWords(words, category)).join(', ');
  return {
    what: doneWords(words, event, activity),
    reason: reason === null ? '' : words.reason[reason],
    categories: whole ? `${words.pdf.whole}: ${data}` : data,
    origin: origins.map((origin) => words.origin[origin]).join('; '),
  };
}

function patientOf({ patient }: AccessReport, id: string): Patient {
  const { name, birthDate } = patient;
  return {
    resourceType: 'Patient',
    id,
    ...(name !== '' && { name: [{ text: name }] }),
    ...(birthDate !== null && { birthDate }),
  };
}

/** The report itself: who it was made by, and what it can be checked against. */
function reportEvent(report: AccessReport, patient: Reference): AuditEvent {
  const words = reportWords(report.language);
  const { log, by } = report;
  const maker = by.name ?? words.withheld.replace('{{role}}', () => roleWords(words, by.roles));
  const observer: Reference = {
    type: 'Device',
    identifier: { system: 'urn:carekeep:device', value: log.device },
    ...(report.where !== '' && { display: report.where }),
  };
  const said = [
    ['log-size', String(log.size)],
    ['log-root', log.root],
    ['period', `${new Date(report.from).toISOString()}/${new Date(report.to).toISOString()}`],
    ...gapsOf(report).map((gap) => ['not-shown', gap]),
  ];
  return {
    resourceType: 'AuditEvent',
    id: report.id,
    type: dcm('110106', 'Export'),
    subtype: [{ system: 'urn:carekeep:audit-event', code: 'access-report.made' }],
    action: 'R',
    recorded: new Date(report.madeAt).toISOString(),
    outcome: '0',
    purposeOfEvent: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'PATRQT' }] }],
    agent: [{ who: { display: maker }, requestor: true, ...(by.name !== null && { name: by.name }) }],
    source: { ...(report.clinic !== '' && { site: report.clinic }), observer },
    entity: [
      {
        what: patient,
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1', display: 'Person' },
        role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '1', display: 'Patient' },
      },
      {
        what: { identifier: { system: 'urn:carekeep:access-report', value: report.id } },
        type: {
          system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type',
          code: '2',
          display: 'System Object',
        },
        role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '3', display: 'Report' },
        detail: said.map(([type = '', valueString = '']) => ({ type, valueString })),
      },
    ],
  };
}

/**
 * International Patient Summary of one patient as a FHIR document (hl7.fhir.uv.ips 2.0.0). Composition, author and
 * custodian are made here; every clinical resource goes in as its own text, unaltered if it was imported.
 */
import type { Addresses } from './addresses.ts';
import { entryText } from './bundle.ts';
import type { ExportContext, ExportInput, ExportRow } from './input.ts';
import { allRows } from './input.ts';
import { type Section, sectionsOf } from './ips-sections.ts';
import { recordOf } from './record.ts';
import { findReferences } from './references.ts';
import { type View, viewOf } from './view.ts';

const profile = (name: string): string => `http://hl7.org/fhir/uv/ips/StructureDefinition/${name}`;
const loinc = (code: string, display: string): object => ({ coding: [{ system: 'http://loinc.org', code, display }] });

/** JSON text of a Bundle of type document: Composition, Patient, author, custodian, then what the sections lead to. */
export function patientSummary(input: ExportInput, context: ExportContext): string {
  const view = viewOf(input, context);
  const sections = sectionsOf(view, recordOf(view));
  const [bundleId, compositionId, authorId, custodianId] = [
    context.newId(),
    context.newId(),
    context.newId(),
    context.newId(),
  ];
  const urn = (id: string): string => `urn:uuid:${id}`;
  const made = (id: string, resource: object): string =>
    JSON.stringify({ fullUrl: urn(id), resource: { ...resource, id } });
  const date = new Date(context.at).toISOString();

  const composition = {
    resourceType: 'Composition',
    meta: { profile: [profile('Composition-uv-ips')] },
    language: context.language,
    status: 'final',
    type: loinc('60591-5', 'Patient summary Document'),
    subject: { reference: view.addresses.fullUrlOf(input.patient) },
    date,
    author: [{ reference: urn(authorId), display: context.by.toWellFormed() }],
    title: view.words.summaryTitle,
    confidentiality: 'N',
    custodian: { reference: urn(custodianId), display: context.clinic.name.toWellFormed() },
    section: sections.map((section) => sectionElement(section, view.addresses)),
  };
  const author = { resourceType: 'Practitioner', name: [{ text: context.by.toWellFormed() }] };
  const custodian = {
    resourceType: 'Organization',
    name: context.clinic.name.toWellFormed(),
    address: [{ country: context.clinic.country }],
  };
  const head = JSON.stringify({
    resourceType: 'Bundle',
    id: bundleId,
    meta: { profile: [profile('Bundle-uv-ips')] },
    language: context.language,
    identifier: { system: 'urn:ietf:rfc:3986', value: urn(bundleId) },
    type: 'document',
    timestamp: date,
  });
  const entries = [
    made(compositionId, composition),
    entryText(input.patient, view.addresses),
    made(authorId, author),
    made(custodianId, custodian),
    ...reachable(view, sections).map((row) => entryText(row, view.addresses)),
  ];
  return `${head.slice(0, -1)},"entry":[\n${entries.join(',\n')}\n]}\n`;
}

function sectionElement({ title, code, display, entries, div }: Section, addresses: Addresses): object {
  const element = { title, code: loinc(code, display), text: { status: 'generated', div } };
  if (entries.length > 0)
    return { ...element, entry: entries.map(({ row }) => ({ reference: addresses.fullUrlOf(row) })) };
  // Nothing recorded is not "none known": the record cannot tell why, so the summary does not claim to.
  const system = 'http://terminology.hl7.org/CodeSystem/list-empty-reason';
  return { ...element, emptyReason: { coding: [{ system, code: 'unavailable', display: 'Unavailable' }] } };
}

/**
 * A document holds what its Composition leads to, directly or through others (FHIR R4 Documents §3.3.1), and nothing
 * else. Other Compositions, Bundles and other patients stay out: the profile allows one of each.
 */
function reachable(view: View, sections: readonly Section[]): ExportRow[] {
  const { patient } = view.input;
  const found = new Map<string, ExportRow>();
  const open = sections.flatMap((section) => section.entries.map(({ row }) => row)).reverse();
  open.unshift(patient);
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    if (found.has(row.id) || row.type === 'Composition' || row.type === 'Bundle') continue;
    if (row.type === 'Patient' && row.id !== patient.id) continue;
    found.set(row.id, row);
    for (const { text } of findReferences(row.json)) {
      const target = text.startsWith('#') ? undefined : view.addresses.resolve(row, text);
      if (target !== undefined && !found.has(target.id)) open.push(target);
    }
  }
  found.delete(patient.id);
  const order = new Map(allRows(view.input).map((row, index) => [row.id, index]));
  return [...found.values()].sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

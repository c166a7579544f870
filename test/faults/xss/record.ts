/** A patient's whole record from elsewhere, one text in every place of it that takes any: what another system may send. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../../src-shared/fhir/json.ts';

const examples = join(import.meta.dirname, '..', '..', '..', 'node_modules', 'hl7.fhir.uv.ips', 'example');

/** Elements of type string or markdown, by name: FHIR R4 takes any text there. */
const texts: ReadonlySet<string> = new Set([
  'text',
  'display',
  'family',
  'title',
  'description',
  'comment',
  'valueString',
  'city',
  'district',
  'state',
  'postalCode',
  'country',
  'label',
  'name',
  'conclusion',
  'patientInstruction',
  'lotNumber',
  'unit',
  'manufacturer',
  'modelNumber',
  'serialNumber',
  'distinctIdentifier',
  'deviceIdentifier',
]);
/** Lists of strings. */
const lists: ReadonlySet<string> = new Set(['given', 'prefix', 'suffix', 'line']);

/** XML of the text, so that the narrative is well-formed and the text is in it as people would read it. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const narrative = (inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml"><p>${inner}</p></div>`;

function filled(value: unknown, key: string, text: string): unknown {
  if (typeof value === 'string') {
    if (key === 'div') return narrative(`${escaped(text)} </p><p>${text}`);
    return texts.has(key) || lists.has(key) ? text : value;
  }
  if (Array.isArray(value)) return value.map((one) => filled(one, key, text));
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, name, text)]));
  // telephone numbers and identifiers are strings too, but `value` is also a number and a code
  if (typeof copy['value'] === 'string' && ('system' in copy || 'use' in copy)) copy['value'] = text;
  return copy;
}

/** What no example has: an attachment that says it is a page, and links that are scripts. */
function document(patient: string, text: string): unknown {
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: patient },
    date: '2024-05-01T10:00:00Z',
    description: text,
    type: { text },
    content: [
      {
        attachment: {
          contentType: 'text/html',
          title: text,
          data: Buffer.from(`<html><body>${text}</body></html>`).toString('base64'),
        },
      },
      { attachment: { contentType: 'image/svg+xml', title: text, data: Buffer.from(text).toString('base64') } },
    ],
  };
}

/** @returns JSON of a Bundle: every section of a Patient Summary, with `text` wherever FHIR takes text */
export function hostileRecord(text: string): string {
  const bundle: unknown = JSON.parse(readFileSync(join(examples, 'Bundle-bundle-ips-all-sections.json'), 'utf8'));
  const entries: unknown[] = Object(filled(bundle, '', text)).entry;
  const patient = entries.find((entry) => Object(entry).resource?.resourceType === 'Patient');
  const url = String(Object(patient).fullUrl);
  return JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [...entries, { fullUrl: 'urn:uuid:6f0b5d1c-1f4e-4c5a-9d3a-0f6f2b7c8d9e', resource: document(url, text) }],
  });
}

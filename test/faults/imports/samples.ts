/** Small valid FHIR R4 resources, new ones for every seed so that none is a duplicate of another trial's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prng } from '../prng.ts';

export type Sample = { readonly resourceType: string; readonly [element: string]: unknown };

export function uniqueId(random: Prng): string {
  return random.bytes(12).toString('hex');
}

export function uuid(random: Prng): string {
  const hex = random.bytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function patient(random: Prng, more: Readonly<Record<string, unknown>> = {}): Sample {
  return {
    resourceType: 'Patient',
    id: uniqueId(random),
    name: [{ family: `Fault${uniqueId(random)}`, given: ['Trial'] }],
    gender: 'female',
    birthDate: '1971-03-14',
    ...more,
  };
}

/** @param subject reference to its patient; left out, it belongs to nobody */
export function observation(random: Prng, subject?: string, more: Readonly<Record<string, unknown>> = {}): Sample {
  return {
    resourceType: 'Observation',
    id: uniqueId(random),
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }], text: 'Heart rate' },
    ...(subject === undefined ? {} : { subject: { reference: subject } }),
    effectiveDateTime: '2024-05-01T10:00:00Z',
    valueQuantity: { value: random.between(50, 90), unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
    ...more,
  };
}

export function bundle(type: string, resources: readonly Sample[], random: Prng): Sample {
  return {
    resourceType: 'Bundle',
    type,
    entry: resources.map((resource) => ({ fullUrl: `urn:uuid:${uuid(random)}`, resource })),
  };
}

/** A patient and observations that refer to them by urn, as a collection. */
export function family(random: Prng, observations = 3): Sample {
  const url = `urn:uuid:${uuid(random)}`;
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: url, resource: patient(random) },
      ...Array.from({ length: observations }, () => ({
        fullUrl: `urn:uuid:${uuid(random)}`,
        resource: observation(random, url),
      })),
    ],
  };
}

const examples = join(import.meta.dirname, '..', '..', '..', 'node_modules', 'hl7.fhir.uv.ips', 'example');

/** Text of a real document bundle of the International Patient Summary. */
export function summaryText(): string {
  return readFileSync(join(examples, 'Bundle-IPS-examples-Bundle-01.json'), 'utf8');
}

/** The columns of a resource that are asked for: clinical date, status, code, category, taken from its JSON. */
import { elements, member, text } from './json.ts';

export type Columns = {
  /** FHIR date or dateTime as written; null when the resource names none. */
  readonly date: string | null;
  readonly status: string | null;
  /** `system|code` of the first coding, else the text. */
  readonly code: string | null;
  readonly category: string | null;
};

const dateElements = [
  'effectiveDateTime',
  'effectiveInstant',
  'occurrenceDateTime',
  'performedDateTime',
  'onsetDateTime',
  'authoredOn',
  'date',
  'started',
  'whenHandedOver',
  'dateAsserted',
  'recordedDate',
  'issued',
  'created',
  'recorded',
] as const;
const periodElements = ['effectivePeriod', 'performedPeriod', 'period', 'onsetPeriod'] as const;
const codeElements = ['code', 'vaccineCode', 'medicationCodeableConcept', 'type'] as const;

/** @param resource a parsed FHIR R4 resource */
export function columnsOf(resource: unknown): Columns {
  return {
    date: dateOf(resource),
    status: text(member(resource, 'status')) ?? codingOf(member(resource, 'clinicalStatus'), false),
    code: first(codeElements.map((name) => codingOf(firstElement(member(resource, name)), true))),
    category: categoryOf(member(resource, 'category')),
  };
}

function dateOf(resource: unknown): string | null {
  for (const name of periodElements) {
    const start = text(member(member(resource, name), 'start'));
    if (start !== null) return start;
  }
  return first(dateElements.map((name) => text(member(resource, name))));
}

function categoryOf(value: unknown): string | null {
  const one = firstElement(value);
  return text(one) ?? codingOf(one, false);
}

function codingOf(concept: unknown, withSystem: boolean): string | null {
  const coding = elements(member(concept, 'coding'))[0];
  const code = text(member(coding, 'code'));
  if (code === null) return text(member(concept, 'text'));
  return withSystem ? `${text(member(coding, 'system')) ?? ''}|${code}` : code;
}

function firstElement(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function first(values: readonly (string | null)[]): string | null {
  return values.find((value) => value !== null) ?? null;
}

/** What the documents read from a resource beyond the shared readers of src-shared/fhir: names, codes, choices of type. */
import { conceptText, nameText } from '../../../../src-shared/fhir/display.ts';
import { isObject, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { parseResource } from '../../../../src-shared/fhir/lossless.ts';

/** A row's resource; undefined where it cannot be read: the caller counts those, none is dropped without a word. */
export function readResource(json: string): unknown {
  try {
    return parseResource(json.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** `code` and `system|code` of each coding: what sets of known codes are asked for. */
export function hasCode(value: unknown, codes: ReadonlySet<string>): boolean {
  return listAt(value, 'coding').some((coding) => {
    const code = textAt(coding, 'code') ?? '';
    return codes.has(code) || codes.has(`${textAt(coding, 'system') ?? ''}|${code}`);
  });
}

/** The first code of a CodeableConcept, for statuses. */
export const codeOf = (value: unknown): string | undefined => textAt(listAt(value, 'coding')[0], 'code');

/** Name of a Patient, Practitioner, RelatedPerson, Organization, Device, Medication or Location resource. */
export function resourceName(resource: unknown): string | undefined {
  const name = listAt(resource, 'name').find(
    (each) => isObject(each) && !['old', 'maiden'].includes(textAt(each, 'use') ?? ''),
  );
  return (
    textAt(resource, 'name') ??
    (name === undefined
      ? undefined
      : [textAt(name, 'prefix'), nameText(name)].filter((part) => part !== undefined).join(' ')) ??
    textAt(listAt(resource, 'deviceName')[0], 'name') ??
    conceptText(member(resource, 'code')) ??
    conceptText(member(resource, 'type'))
  );
}

/** The value of a choice element `name[x]`, e.g. onset → onsetDateTime, onsetAge …; undefined when none is there. */
export function choice(resource: unknown, name: string): unknown {
  if (!isObject(resource)) return undefined;
  for (const [key, value] of Object.entries(resource)) {
    if (key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)) && value !== undefined) return value;
  }
  return undefined;
}

/** A FHIR date, as written, out of a choice of dateTime, Period and other types; undefined when it is no date. */
export function dateOf(value: unknown): string | undefined {
  const written = typeof value === 'string' ? value : (textAt(value, 'start') ?? textAt(value, 'end'));
  return written !== undefined && /^\d{4}/.test(written) ? written : undefined;
}

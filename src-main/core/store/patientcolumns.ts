/** What of a FHIR Patient stands in the patient table: the line that tells two people apart. */
import { elements, member, text } from './json.ts';

export type PatientIdentifier = { readonly system: string; readonly value: string };

export type PatientColumns = {
  readonly family: string;
  readonly given: string;
  readonly prefix: string | null;
  /** Maiden and old names, one after the other. */
  readonly former: string | null;
  readonly birthDate: string | null;
  readonly gender: string | null;
  readonly deceased: boolean;
  readonly active: boolean;
  readonly identifiers: readonly PatientIdentifier[];
  readonly phone: string | null;
};

const formerUses = new Set(['maiden', 'old']);
/** The better known a name is, the earlier it stands. */
const useOrder = ['official', 'usual', undefined, 'temp', 'nickname', 'anonymous'];

/** @param resource a parsed Patient */
export function patientColumns(resource: unknown): PatientColumns {
  const names = elements(member(resource, 'name'));
  const current = names
    .filter((name) => !formerUses.has(String(member(name, 'use'))))
    .sort((left, right) => rankOf(left) - rankOf(right))[0];
  const shown = current ?? names[0];
  const family = text(member(shown, 'family'));
  const given = givenOf(shown);
  const former = names
    .filter((name) => name !== shown)
    .map(wholeName)
    .filter((name) => name !== '');
  const deceased = member(resource, 'deceasedBoolean');
  return {
    family: family ?? (given === '' ? (text(member(shown, 'text')) ?? '') : ''),
    given,
    prefix:
      elements(member(shown, 'prefix'))
        .map(text)
        .filter((part) => part !== null)
        .join(' ') || null,
    former: former.join(', ') || null,
    birthDate: text(member(resource, 'birthDate')),
    gender: text(member(resource, 'gender')),
    deceased: deceased === true || text(member(resource, 'deceasedDateTime')) !== null,
    active: member(resource, 'active') !== false,
    identifiers: elements(member(resource, 'identifier')).flatMap((identifier) => {
      const value = text(member(identifier, 'value'));
      return value === null ? [] : [{ system: text(member(identifier, 'system')) ?? '', value }];
    }),
    phone: phoneOf(resource),
  };
}

function rankOf(name: unknown): number {
  const use = text(member(name, 'use')) ?? undefined;
  const at = useOrder.indexOf(use);
  return at === -1 ? useOrder.length : at;
}

function givenOf(name: unknown): string {
  return elements(member(name, 'given'))
    .map(text)
    .filter((part) => part !== null)
    .join(' ');
}

function wholeName(name: unknown): string {
  const joined = [text(member(name, 'family')), givenOf(name)].filter((part) => part !== null && part !== '').join(' ');
  return joined === '' ? (text(member(name, 'text')) ?? '') : joined;
}

function phoneOf(resource: unknown): string | null {
  const contact = elements(member(resource, 'telecom')).find(
    (one) => ['phone', 'sms'].includes(String(member(one, 'system'))) && text(member(one, 'value')) !== null,
  );
  return text(member(contact, 'value'));
}

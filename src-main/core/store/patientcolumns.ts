/** What of a FHIR Patient stands in the patient table: the line that tells two people apart. */
import { listAt, member, text, textAt } from '../../../src-shared/fhir/json.ts';

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
  const names = listAt(resource, 'name');
  const current = names
    .filter((name) => !formerUses.has(textAt(name, 'use') ?? ''))
    .sort((left, right) => rankOf(left) - rankOf(right))[0];
  const shown = current ?? names[0];
  const family = textAt(shown, 'family');
  const given = givenOf(shown);
  const former = names
    .filter((name) => name !== shown)
    .map(wholeName)
    .filter((name) => name !== '');
  const deceased = member(resource, 'deceasedBoolean');
  return {
    family: family ?? (given === '' ? (textAt(shown, 'text') ?? '') : ''),
    given,
    prefix:
      listAt(shown, 'prefix')
        .flatMap((part) => text(part) ?? [])
        .join(' ') || null,
    former: former.join(', ') || null,
    birthDate: textAt(resource, 'birthDate') ?? null,
    gender: textAt(resource, 'gender') ?? null,
    deceased: deceased === true || textAt(resource, 'deceasedDateTime') !== undefined,
    active: member(resource, 'active') !== false,
    identifiers: listAt(resource, 'identifier').flatMap((identifier) => {
      const value = textAt(identifier, 'value');
      return value === undefined ? [] : [{ system: textAt(identifier, 'system') ?? '', value }];
    }),
    phone: phoneOf(resource),
  };
}

function rankOf(name: unknown): number {
  const at = useOrder.indexOf(textAt(name, 'use'));
  return at === -1 ? useOrder.length : at;
}

function givenOf(name: unknown): string {
  return listAt(name, 'given')
    .flatMap((part) => text(part) ?? [])
    .join(' ');
}

function wholeName(name: unknown): string {
  const joined = [textAt(name, 'family') ?? '', givenOf(name)].filter((part) => part !== '').join(' ');
  return joined === '' ? (textAt(name, 'text') ?? '') : joined;
}

function phoneOf(resource: unknown): string | null {
  const contact = listAt(resource, 'telecom').find(
    (one) => ['phone', 'sms'].includes(textAt(one, 'system') ?? '') && textAt(one, 'value') !== undefined,
  );
  return textAt(contact, 'value') ?? null;
}

/** What is searched and shown of a Patient resource. */
import { firstOf, type JsonObject, listAt, member, text, textAt } from './json.ts';

export type PersonName = {
  readonly family: string | undefined;
  readonly given: readonly string[];
  readonly prefix: readonly string[];
  readonly suffix: readonly string[];
  /** The whole name as the source wrote it. */
  readonly text: string | undefined;
  readonly use: string | undefined;
  /** Not the present name: use old or maiden, or its period has ended before `today`. */
  readonly former: boolean;
};
export type PatientIdentifier = {
  readonly system: string | undefined;
  readonly value: string;
  readonly label: string | undefined;
};
export type PatientFacts = {
  /** Present names first, the official and the usual one before others. */
  readonly names: readonly PersonName[];
  readonly birthDate: string | undefined;
  readonly gender: string | undefined;
  /** Date as written, true where only the fact is known. */
  readonly deceased: string | boolean | undefined;
  readonly active: boolean;
  readonly identifiers: readonly PatientIdentifier[];
  /** Phone, mobile, SMS and fax numbers as written. */
  readonly phones: readonly string[];
  readonly emails: readonly string[];
};

const nameOrder = ['official', 'usual', undefined, 'temp', 'nickname', 'anonymous', 'old', 'maiden'];

/** `today`: ISO date by which an ended period makes a name a former one. */
export function patientFacts(patient: JsonObject, today: string): PatientFacts {
  const deceasedFlag = patient.deceasedBoolean;
  const contacts = listAt(patient, 'telecom');
  const values = (systems: readonly string[]): string[] =>
    contacts.flatMap((contact) =>
      systems.includes(textAt(contact, 'system') ?? 'phone') ? (textAt(contact, 'value') ?? []) : [],
    );
  return {
    names: listAt(patient, 'name')
      .map((name) => personName(name, today))
      .filter((name) => name.family !== undefined || name.given.length > 0 || name.text !== undefined)
      .sort((a, b) => rank(a) - rank(b)),
    birthDate: textAt(patient, 'birthDate'),
    gender: textAt(patient, 'gender'),
    deceased: textAt(patient, 'deceasedDateTime') ?? (typeof deceasedFlag === 'boolean' ? deceasedFlag : undefined),
    active: patient.active !== false,
    identifiers: listAt(patient, 'identifier').flatMap(identifier),
    phones: values(['phone', 'sms', 'fax', 'pager']),
    emails: values(['email']),
  };
}

function rank(name: PersonName): number {
  const place = nameOrder.indexOf(name.use);
  return (name.former ? 100 : 0) + (place === -1 ? 50 : place);
}

export function personName(name: unknown, today: string): PersonName {
  const use = textAt(name, 'use');
  const end = textAt(member(name, 'period'), 'end');
  const texts = (part: string): string[] => listAt(name, part).flatMap((value) => text(value) ?? []);
  return {
    family: textAt(name, 'family'),
    given: texts('given'),
    prefix: texts('prefix'),
    suffix: texts('suffix'),
    text: textAt(name, 'text'),
    use,
    former: use === 'old' || use === 'maiden' || (end !== undefined && end.slice(0, 10) < today.slice(0, end.length)),
  };
}

function identifier(value: unknown): PatientIdentifier[] {
  const written = textAt(value, 'value');
  if (written === undefined) return [];
  const type = member(value, 'type');
  const label =
    textAt(type, 'text') ??
    firstOf(listAt(type, 'coding'), (coding) => textAt(coding, 'display') ?? textAt(coding, 'code')) ??
    textAt(member(value, 'assigner'), 'display');
  return [{ system: textAt(value, 'system'), value: written, label }];
}

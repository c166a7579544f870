/**
 * Demographics to and from a FHIR Patient. Reading takes the name in use now; writing touches only what was changed,
 * so that an imported patient keeps every element this form does not show.
 */
import type { Demographics } from '../../../src-shared/contract/patients.ts';
import { partialDate } from '../../../src-shared/contract/primitives.ts';
import { buildPatient } from '../../../src-shared/fhir/build.ts';
import { isObject, type Json, type JsonObject, listAt, member, textAt } from '../../../src-shared/fhir/json.ts';
import { editResource, parseResource } from '../../../src-shared/fhir/lossless.ts';

const formerUses = new Set(['old', 'maiden']);
const genders = ['male', 'female', 'other', 'unknown'] as const;

function objectsAt(resource: JsonObject, element: string): JsonObject[] {
  return listAt(resource, element).filter(isObject);
}

function currentName(resource: JsonObject): number {
  const names = objectsAt(resource, 'name');
  const official = names.findIndex((name) => textAt(name, 'use') === 'official');
  if (official >= 0) return official;
  return names.findIndex((name) => !formerUses.has(textAt(name, 'use') ?? ''));
}

const formerName = (resource: JsonObject): number =>
  objectsAt(resource, 'name').findIndex((name) => formerUses.has(textAt(name, 'use') ?? ''));

const contact = (resource: JsonObject, system: 'phone' | 'email'): number =>
  objectsAt(resource, 'telecom').findIndex((one) => textAt(one, 'system') === system);

/** As the form shows and sends a text back: one line, trimmed, no longer than its field. What nobody changes stays as it came. */
function shown(text: string | undefined, longest: number): string {
  return (text ?? '')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, longest)
    .toWellFormed()
    .trim();
}

function words(value: unknown): string {
  return listAt(value, 'given')
    .filter((one): one is string => typeof one === 'string')
    .join(' ');
}

function identifiersOf(resource: JsonObject): Demographics['identifiers'] {
  return objectsAt(resource, 'identifier').flatMap((one) => {
    const value = textAt(one, 'value');
    if (value === undefined) return [];
    const label = textAt(member(one, 'type'), 'text') ?? '';
    return [{ system: shown(textAt(one, 'system'), 200), value: shown(value, 80), label: shown(label, 40) }];
  });
}

/** What the form shows of a Patient. */
export function demographicsOf(resource: JsonObject): Demographics {
  const names = objectsAt(resource, 'name');
  const name = names[currentName(resource)];
  const former = names[formerName(resource)];
  const telecom = objectsAt(resource, 'telecom');
  const address = objectsAt(resource, 'address')[0];
  const line = listAt(address, 'line').filter((one): one is string => typeof one === 'string');
  const gender = textAt(resource, 'gender');
  return {
    family: shown(textAt(name, 'family') ?? textAt(name, 'text'), 120),
    given: shown(words(name), 120),
    former: shown(textAt(former, 'family') ?? textAt(former, 'text'), 120),
    birthDate: partialDate.safeParse(textAt(resource, 'birthDate')).data ?? null,
    gender: genders.find((one) => one === gender) ?? null,
    identifiers: identifiersOf(resource),
    phone: shown(textAt(telecom[contact(resource, 'phone')], 'value'), 40),
    email: shown(textAt(telecom[contact(resource, 'email')], 'value'), 120),
    address: {
      line: shown(line.join(', '), 200),
      postalCode: shown(textAt(address, 'postalCode'), 20),
      city: shown(textAt(address, 'city'), 120),
      country: shown(textAt(address, 'country'), 60),
    },
  };
}

const split = (given: string): string[] => given.split(/\s+/).filter((part) => part !== '');

/** JSON text of a new Patient. */
export function newPatientJson(id: string, input: Demographics): string {
  const patient = buildPatient({
    id,
    family: input.family,
    given: split(input.given),
    ...(input.former !== '' && { formerFamilies: [input.former] }),
    ...(input.birthDate !== null && { birthDate: input.birthDate }),
    ...(input.gender !== null && { gender: input.gender }),
    identifiers: input.identifiers.map(({ system, value, label }) => ({
      value,
      ...(system !== '' && { system }),
      ...(label !== '' && { label }),
    })),
    ...(input.phone !== '' && { phones: [input.phone] }),
    ...(input.email !== '' && { emails: [input.email] }),
  });
  const address = addressOf(undefined, input.address, '');
  return JSON.stringify(address === undefined ? patient : { ...patient, address: [address] });
}

function addressOf(
  before: JsonObject | undefined,
  input: Demographics['address'],
  lineBefore: string,
): JsonObject | undefined {
  const { line, postalCode, city, country } = input;
  const next: { [name: string]: Json | undefined } = { ...before };
  for (const [name, value] of [
    ['postalCode', postalCode],
    ['city', city],
    ['country', country],
  ] as const) {
    if (value === '') delete next[name];
    else next[name] = value;
  }
  // The form shows several lines as one: lines that nobody changed stay as they came.
  if (line !== lineBefore) {
    delete next['_line'];
    if (line === '') delete next['line'];
    else next['line'] = [line];
  }
  delete next['text'];
  return Object.keys(next).length === 0 ? undefined : next;
}

/** The Patient's JSON text with what the form changed, all else as it was. */
export function editedPatientJson(json: string, input: Demographics): string {
  const resource = parseResource(json);
  const before = demographicsOf(resource);
  const changes: { [element: string]: Json | undefined } = {};
  const names = editedNames(resource, before, input);
  if (names !== null) changes['name'] = names;
  // An extension beside a date or a code (time of birth, reason why it is missing) speaks of the value that goes.
  if (input.birthDate !== before.birthDate) {
    Object.assign(changes, { birthDate: input.birthDate ?? undefined, _birthDate: undefined });
  }
  if (input.gender !== before.gender) {
    Object.assign(changes, { gender: input.gender ?? undefined, _gender: undefined });
  }
  if (input.phone !== before.phone || input.email !== before.email) {
    const telecom = editedContact(
      editedContact(objectsAt(resource, 'telecom'), contact(resource, 'phone'), 'phone', input.phone),
      contact(resource, 'email'),
      'email',
      input.email,
    ).filter((one) => one !== null);
    changes['telecom'] = telecom.length === 0 ? undefined : telecom;
  }
  if (!same(input.identifiers, before.identifiers))
    changes['identifier'] = editedIdentifiers(resource, input.identifiers);
  if (!same(input.address, before.address)) {
    const [first, ...rest] = objectsAt(resource, 'address');
    const next = addressOf(first, input.address, before.address.line);
    const all = next === undefined ? rest : [next, ...rest];
    changes['address'] = all.length === 0 ? undefined : all;
  }
  return Object.keys(changes).length === 0 ? json : editResource(json, changes);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function editedNames(resource: JsonObject, before: Demographics, input: Demographics): Json[] | null {
  if (input.family === before.family && input.given === before.given && input.former === before.former) return null;
  const names: JsonObject[] = objectsAt(resource, 'name');
  const at = currentName(resource);
  const formerAt = formerName(resource);
  if (input.family !== before.family || input.given !== before.given) {
    // The text of a name repeats its parts; one that no longer agrees with them goes.
    const { text: _text, ...kept } = names[at] ?? { use: 'official' };
    // Extensions of a part of the name speak of the part as it was written.
    const family = input.family === before.family ? {} : { family: input.family, _family: undefined };
    const given = input.given === before.given ? {} : { given: split(input.given), _given: undefined };
    const name: JsonObject = { ...kept, ...family, ...given };
    if (at < 0) names.push(name);
    else names[at] = name;
  }
  if (input.former !== before.former) {
    if (formerAt >= 0) {
      const { text: _text, ...kept } = names[formerAt] ?? {};
      if (input.former === '') names.splice(formerAt, 1);
      else names[formerAt] = { ...kept, family: input.former };
    } else names.push({ use: 'old', family: input.former });
  }
  return names.map((name) => (listAt(name, 'given').length === 0 ? omit(name, 'given') : name));
}

function omit(value: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}

function editedContact(
  telecom: readonly (JsonObject | null)[],
  at: number,
  system: 'phone' | 'email',
  value: string,
): (JsonObject | null)[] {
  if (at < 0) return value === '' ? [...telecom] : [...telecom, { system, value }];
  return telecom.map((one, index) => (index !== at || one === null ? one : value === '' ? null : { ...one, value }));
}

/** Another label; a type's codings stay. */
function relabelled(identifier: JsonObject, label: string): JsonObject {
  const type = member(identifier, 'type');
  const next: { [name: string]: Json | undefined } = isObject(type) ? { ...type } : {};
  if (label === '') delete next['text'];
  else next['text'] = label;
  return Object.keys(next).length === 0 ? omit(identifier, 'type') : { ...identifier, type: next };
}

function editedIdentifiers(resource: JsonObject, input: Demographics['identifiers']): Json[] | undefined {
  const known = objectsAt(resource, 'identifier');
  const next = input.map(({ system, value, label }) => {
    const before = known.find(
      (one) => shown(textAt(one, 'value'), 80) === value && shown(textAt(one, 'system'), 200) === system,
    );
    if (before !== undefined) {
      return shown(textAt(member(before, 'type'), 'text'), 40) === label ? before : relabelled(before, label);
    }
    return {
      ...(label !== '' && { type: { text: label } }),
      ...(system !== '' && { system }),
      value,
    };
  });
  // Identifiers without a value (an extension says why) are not in the form and stay.
  const unseen = known.filter((one) => textAt(one, 'value') === undefined);
  const all = [...next, ...unseen];
  return all.length === 0 ? undefined : all;
}

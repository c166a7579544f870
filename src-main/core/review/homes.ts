/** Where a patient lives and is called, in a form in which two records can be compared. */
import { isObject, listAt, text, textAt } from '../../../src-shared/fhir/json.ts';
import { fold, pieces } from '../store/fold.ts';

export type Home = { readonly addresses: ReadonlySet<string>; readonly phones: ReadonlySet<string> };

/** Shorter ones are everybody's. */
const fewestDigits = 7;
/** One's own, not the employer's and not where one lived once. */
const notHome = new Set(['work', 'old', 'temp', 'billing']);
const atHome = (part: unknown) => !notHome.has(textAt(part, 'use') ?? '');

const abbreviations: ReadonlyMap<string, string> = new Map([
  ['street', 'st'],
  ['avenue', 'av'],
  ['ave', 'av'],
  ['avenida', 'av'],
  ['avda', 'av'],
  ['boulevard', 'bd'],
  ['blvd', 'bd'],
  ['road', 'rd'],
]);

/** The street as it is written in one place and abbreviated in another. */
function streetKey(line: string): string {
  return pieces(fold(line))
    .map((word) => abbreviations.get(word) ?? word.replace(/strasse$/u, 'str'))
    .join('');
}

/** @param resource a parsed Patient */
export function homeOf(resource: unknown): Home {
  const addresses = listAt(resource, 'address')
    .filter(atHome)
    .flatMap((address) => {
      const line = streetKey(
        listAt(address, 'line')
          .flatMap((one) => text(one) ?? [])
          .join(' '),
      );
      const code = pieces(fold(textAt(address, 'postalCode') ?? '')).join('');
      return line === '' || code === '' ? [] : [`${line}|${code}`];
    });
  const phones = listAt(resource, 'telecom')
    .filter((contact) => isObject(contact) && atHome(contact))
    .filter((contact) => ['phone', 'sms'].includes(textAt(contact, 'system') ?? ''))
    .flatMap((contact) => {
      const digits = (textAt(contact, 'value') ?? '').replaceAll('(0)', '').replace(/\D/gu, '').replace(/^0+/u, '');
      return digits.length < fewestDigits ? [] : [digits];
    });
  return { addresses: new Set(addresses), phones: new Set(phones) };
}

/** The same subscriber, once with and once without the country's code (one to three digits). */
function sameNumber(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return long.endsWith(short) && long.length - short.length <= 3;
}

/** What two homes have in common. */
export function shared(one: Home, other: Home): 'address' | 'phone' | null {
  if ([...one.addresses].some((address) => other.addresses.has(address))) return 'address';
  return [...one.phones].some((phone) => [...other.phones].some((their) => sameNumber(phone, their))) ? 'phone' : null;
}

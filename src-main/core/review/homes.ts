/** Where a patient lives and is called, in a form in which two records can be compared. */
import { isObject, listAt, text, textAt } from '../../../src-shared/fhir/json.ts';
import { fold, pieces } from '../store/fold.ts';

export type Home = { readonly addresses: ReadonlySet<string>; readonly phones: ReadonlySet<string> };

/** One's own, not the employer's and not where one lived once. */
const notHome = new Set(['work', 'old', 'temp', 'billing']);
const atHome = (part: unknown) => !notHome.has(textAt(part, 'use') ?? '');

/** The street as it is written in one place and abbreviated in another. */
function streetKey(line: string): string {
  return pieces(fold(line))
    .map((word) =>
      word.replace(/strasse$/u, 'str').replace(/^(street|avenue|avenida|avda|boulevard|road)$/u, (w) => short[w] ?? w),
    )
    .join('');
}
const short: Readonly<Record<string, string>> = {
  street: 'st',
  avenue: 'av',
  avenida: 'av',
  avda: 'av',
  boulevard: 'bd',
  road: 'rd',
};

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
      // With and without the country's code: the last nine digits tell subscribers apart.
      const digits = (textAt(contact, 'value') ?? '').replace(/\D/gu, '').slice(-9);
      return digits.length < 6 ? [] : [digits];
    });
  return { addresses: new Set(addresses), phones: new Set(phones) };
}

/** What two homes have in common. */
export function shared(one: Home, other: Home): 'address' | 'phone' | null {
  if ([...one.addresses].some((address) => other.addresses.has(address))) return 'address';
  return [...one.phones].some((phone) => other.phones.has(phone)) ? 'phone' : null;
}

/**
 * Which fields of a patient a session does not see, and what stands in their place. One function decides
 * (`hiddenFrom`); whoever builds an answer about a patient asks it.
 */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Demographics, MaskedField, PatientLine } from '../../../src-shared/contract/patients.ts';
import type { Permission } from '../../../src-shared/contract/permissions.ts';
import type { Searched } from '../store/search.ts';

/** Empty: everything is seen. */
export type Hidden = ReadonlySet<MaskedField>;

type Viewer = { readonly permissions: ReadonlySet<Permission> };

const permissionFor = { identifiers: 'patient:identifiers', phone: 'patient:phone' } as const satisfies Record<
  MaskedField,
  Permission
>;
const fields: readonly MaskedField[] = ['identifiers', 'phone'];

export function hiddenFrom({ permissions }: Viewer): Hidden {
  return new Set(fields.filter((field) => !permissions.has(permissionFor[field])));
}

/** In the order of the contract, for answers. */
export function maskedList(hidden: Hidden): MaskedField[] {
  return fields.filter((field) => hidden.has(field));
}

/** Only what is seen is searched: otherwise the search would say whether a guessed number is right. */
export function searchedBy(hidden: Hidden): Searched {
  return { identifiers: !hidden.has('identifiers'), phone: !hidden.has('phone') };
}

/**
 * What leaves as a file holds every field, and a file cannot be masked soundly.
 * @throws CallError forbidden
 */
export function demandAllFields(viewer: Viewer): void {
  if (hiddenFrom(viewer).size > 0) throw new CallError('forbidden');
}

const dots = '•••••';

/** The last two characters after five dots, however long it is; a short value is dots alone. Nothing stays nothing. */
export function maskedValue(value: string): string {
  if (value === '') return '';
  const letters = [...value];
  return letters.length < 6 ? dots : dots + letters.slice(-2).join('');
}

/** The line as a session may see it. */
export function maskedLine(line: Omit<PatientLine, 'masked'>, hidden: Hidden): PatientLine {
  return {
    ...line,
    identifier: masked(line.identifier, hidden.has('identifiers')),
    phone: masked(line.phone, hidden.has('phone')),
    masked: maskedList(hidden),
  };
}

const masked = (value: string | null, hides: boolean): string | null =>
  value === null || !hides ? value : maskedValue(value);

/** Telephone and e-mail go together. */
export function maskedDemographics(shown: Demographics, hidden: Hidden): Demographics {
  const { identifiers, phone, email } = shown;
  return {
    ...shown,
    ...(hidden.has('identifiers') && {
      identifiers: identifiers.map((one) => ({ ...one, value: maskedValue(one.value) })),
    }),
    ...(hidden.has('phone') && { phone: maskedValue(phone), email: maskedValue(email) }),
  };
}

/** What somebody saves who sees some fields masked: those stay as they are stored. */
export function withStored(given: Demographics, stored: Demographics, hidden: Hidden): Demographics {
  return {
    ...given,
    ...(hidden.has('identifiers') && { identifiers: stored.identifiers }),
    ...(hidden.has('phone') && { phone: stored.phone, email: stored.email }),
  };
}

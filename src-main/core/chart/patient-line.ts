/** A patient's row as the one line that lists show. */
import { z } from 'zod';
import { type PatientLine, patientLine as schema } from '../../../src-shared/contract/patients.ts';
import { gender } from '../../../src-shared/contract/primitives.ts';
import { type Hidden, maskedLine } from '../people/masking.ts';
import type { PatientRow } from '../store/patient.ts';

const identifiers = z.array(z.object({ value: z.string() }));

/** Former names; the given names are left out where they are the same as now. */
function formerName({ former, given }: PatientRow): string | null {
  if (former === null || former === '') return null;
  const same = ` ${given}`;
  return former
    .split(', ')
    .map((name) => (given !== '' && name.endsWith(same) ? name.slice(0, -same.length) : name))
    .join(', ');
}

/** @param hidden what the session that asks does not see */
export function patientLine(row: PatientRow, hidden: Hidden): PatientLine {
  const sex = gender.safeParse(row.gender);
  const known = identifiers.safeParse(JSON.parse(row.identifiers ?? '[]'));
  const line = {
    id: schema.shape.id.parse(row.id),
    family: row.family,
    given: row.given,
    former: formerName(row),
    birthDate: row.birthDate,
    gender: sex.success ? sex.data : null,
    deceased: row.deceased === 1,
    identifier: known.success ? (known.data[0]?.value ?? null) : null,
    phone: row.phone,
    lastSeen: row.lastSeen,
  };
  return maskedLine(line, hidden);
}

import type { PatientLine } from '../../src-shared/contract/patients.ts';

/** `Family, Given`, or whichever of the two there is. */
export function fullName(person: Pick<PatientLine, 'family' | 'given'>): string {
  return [person.family, person.given].filter((part) => part !== '').join(', ');
}

/** Whole years between a birth date and `today`, ISO. A partial date counts as its first day; null when unknown. */
export function years(birthDate: string | null, today: string): number | null {
  const parts = birthDate === null ? null : /^(\d{4})(-\d{2})?(-\d{2})?/.exec(birthDate);
  if (parts === null) return null;
  const passed = Number(today.slice(0, 4)) - Number(parts[1]);
  const birthday = `${parts[2] ?? '-01'}${parts[3] ?? '-01'}`.slice(1);
  const whole = today.slice(5, 10) < birthday ? passed - 1 : passed;
  return whole < 0 ? null : whole;
}

import { isoDay } from '../../src-shared/fhir/dates.ts';

/** Today's local date, ISO. */
export const isoToday = (): string => isoDay(Date.now());

/** Merged texts that nobody wrote so. */
import type { Judge } from '../incoming/slices.ts';

/** None counts as FHIR R4 that was not looked at: then the highest write's own text is shown, and nothing is lost. */
export const judgeMerges: Judge = (merges) => Promise.resolve(new Map(merges.map(({ json }) => [json, false])));

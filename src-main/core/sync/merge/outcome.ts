/** What became of an op. */

/**
 * `shape`: no text of its type · `other-patient`, `other-type`: not the row's own · `signed`: signed rows never change ·
 * `exists`: a second create of an id · `fields`: names of elements that are none · `patient-deleted`: a patient goes by
 * erasure only
 */
export type Refusal = 'shape' | 'other-patient' | 'other-type' | 'signed' | 'exists' | 'fields' | 'patient-deleted';

/**
 * `taken` as its author left it · `merged` with what others wrote · `known` from before · `dropped`, the patient is
 * erased · `unknown-row`: builds on a row, or a patient, that is not here · `no-key`: the patient's key is not here
 */
export type Outcome =
  | { readonly what: 'taken' | 'merged' | 'known' | 'dropped' | 'unknown-row' | 'no-key' }
  | { readonly what: 'refused'; readonly reason: Refusal };

export const taken: Outcome = { what: 'taken' };
export const merged: Outcome = { what: 'merged' };
export const known: Outcome = { what: 'known' };
export const dropped: Outcome = { what: 'dropped' };
export const unknownRow: Outcome = { what: 'unknown-row' };
export const noKey: Outcome = { what: 'no-key' };
export const refused = (reason: Refusal): Outcome => ({ what: 'refused', reason });

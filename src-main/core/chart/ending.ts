/** Ending a problem, allergy or medication: what changes in its FHIR JSON, all else stays as written. */
import { isObject, type Json, type JsonObject, listAt, member, textAt } from '../../../src-shared/fhir/json.ts';
import { editResource, parseResource } from '../../../src-shared/fhir/lossless.ts';

const coded = (system: string, code: string): Json => ({
  coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }],
});

/**
 * @param date FHIR date of the end
 * @returns the new JSON text; null for a type that cannot be ended
 */
export function endedJson(type: string, json: string, as: 'ended' | 'entered-in-error', date: string): string | null {
  const inError = as === 'entered-in-error';
  // What was an error from the beginning is neither ended nor an error once more.
  if (isInError(parseResource(json))) return null;
  switch (type) {
    case 'Condition':
      // con-5: entered in error has no clinical status; con-4: who has none has not abated, and is not active if it has.
      return inError
        ? editResource(json, {
            clinicalStatus: undefined,
            ...withoutChoice(json, 'abatement'),
            verificationStatus: coded('condition-ver-status', 'entered-in-error'),
          })
        : editResource(json, {
            clinicalStatus: coded('condition-clinical', 'resolved'),
            ...withoutChoice(json, 'abatement'),
            abatementDateTime: date,
          });
    case 'AllergyIntolerance':
      return inError
        ? editResource(json, {
            clinicalStatus: undefined,
            verificationStatus: coded('allergyintolerance-verification', 'entered-in-error'),
          })
        : editResource(json, { clinicalStatus: coded('allergyintolerance-clinical', 'resolved') });
    case 'MedicationStatement':
      return inError
        ? editResource(json, { status: 'entered-in-error' })
        : editResource(json, {
            status: 'completed',
            effectiveDateTime: undefined,
            effectivePeriod: endedPeriod(json, date),
          });
    case 'MedicationRequest':
      return editResource(json, { status: inError ? 'entered-in-error' : 'completed' });
    default:
      return null;
  }
}

function isInError(resource: JsonObject): boolean {
  const verified = listAt(member(resource, 'verificationStatus'), 'coding');
  return [resource.status, ...verified.map((coding) => textAt(coding, 'code'))].includes('entered-in-error');
}

/** Whether a date of end lies before the beginning that the resource names, as far as both are precise. */
export function endsBeforeItBegan(json: string, end: string): boolean {
  const resource = parseResource(json);
  const began =
    textAt(resource, 'onsetDateTime') ??
    textAt(resource, 'effectiveDateTime') ??
    textAt(member(resource, 'effectivePeriod'), 'start');
  if (began === undefined) return false;
  const told = Math.min(10, began.length, end.length);
  return end.slice(0, told) < began.slice(0, told);
}

function withoutChoice(json: string, name: string): { [element: string]: undefined } {
  const elements = Object.keys(parseResource(json)).filter((key) => key.startsWith(name) || key.startsWith(`_${name}`));
  return Object.fromEntries(elements.map((element) => [element, undefined]));
}

function endedPeriod(json: string, date: string): Json {
  const resource = parseResource(json);
  const period = member(resource, 'effectivePeriod');
  const start = textAt(resource, 'effectiveDateTime');
  return { ...(isObject(period) ? period : {}), ...(start !== undefined && { start }), end: date };
}

/**
 * Whose record a resource belongs to and in which encounter it was made: the elements by which FHIR R4's patient
 * compartment admits a type (compartmentdefinition-patient), the most telling one first.
 */
import { type JsonObject, list, member, textAt } from './json.ts';
import { referencedType } from './references.ts';

const byType: Readonly<Record<string, readonly string[]>> = {
  Account: ['subject'],
  Appointment: ['participant.actor'],
  AppointmentResponse: ['actor'],
  AuditEvent: ['entity.what', 'agent.who'],
  Communication: ['subject', 'sender', 'recipient'],
  CommunicationRequest: ['subject', 'sender', 'recipient'],
  Coverage: ['beneficiary', 'subscriber', 'policyHolder'],
  DocumentManifest: ['subject', 'author', 'recipient'],
  EnrollmentRequest: ['candidate'],
  Invoice: ['subject', 'recipient'],
  List: ['subject', 'source'],
  Person: ['link.target'],
  Provenance: ['target'],
  QuestionnaireResponse: ['subject', 'source', 'author'],
  ResearchSubject: ['individual'],
  Schedule: ['actor'],
  SupplyRequest: ['deliverTo'],
  Task: ['for', 'focus'],
};
const usual: readonly string[] = ['subject', 'patient', 'beneficiary', 'individual'];

/** The `reference` text that leads to the patient; undefined for a Patient itself and where there is none. */
export function patientReference(resource: JsonObject): string | undefined {
  const type = textAt(resource, 'resourceType') ?? '';
  if (type === 'Patient') return undefined;
  return firstReference(resource, byType[type] ?? usual, 'Patient');
}

/** The `reference` text that leads to the encounter. */
export function encounterReference(resource: JsonObject): string | undefined {
  return firstReference(resource, ['encounter', 'context', 'context.encounter'], 'Encounter');
}

/** First reference under these paths that names `type`, or could: urn, contained and unnamed targets count. */
function firstReference(resource: JsonObject, paths: readonly string[], type: string): string | undefined {
  for (const path of paths) {
    let values: readonly unknown[] = [resource];
    for (const name of path.split('.')) values = values.flatMap((value) => list(member(value, name)));
    for (const value of values) {
      const reference = textAt(value, 'reference');
      if (reference === undefined) continue;
      const named = referencedType(reference) ?? textAt(value, 'type');
      if (named === undefined || named === type) return reference;
    }
  }
  return undefined;
}

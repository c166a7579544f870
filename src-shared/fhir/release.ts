/**
 * Signs that a resource was written for another FHIR release than R4. Asked only after the validators refused it, to
 * say the plain reason; never a reason of its own.
 */
import { isObject, type JsonObject, listAt, member, text } from './json.ts';

export type OtherRelease = 'DSTU2' | 'STU3' | 'R5';

const typesOf: Readonly<Record<OtherRelease, readonly string[]>> = {
  DSTU2: [
    'BodySite',
    'Conformance',
    'DeviceUseRequest',
    'DiagnosticOrder',
    'EligibilityRequest',
    'EligibilityResponse',
    'ImagingObjectSelection',
    'MedicationOrder',
    'Order',
    'OrderResponse',
    'ProcessRequest',
    'ProcessResponse',
    'DataElement',
    'DeviceComponent',
    'ReferralRequest',
    'ProcedureRequest',
  ],
  STU3: ['ExpansionProfile', 'ImagingManifest', 'ServiceDefinition', 'Sequence'],
  R5: [
    'ActorDefinition',
    'AdministrableProductDefinition',
    'ArtifactAssessment',
    'BiologicallyDerivedProductDispense',
    'Citation',
    'ClinicalUseDefinition',
    'ConditionDefinition',
    'DeviceAssociation',
    'DeviceDispense',
    'DeviceUsage',
    'EncounterHistory',
    'EvidenceReport',
    'FormularyItem',
    'GenomicStudy',
    'ImagingSelection',
    'Ingredient',
    'InventoryItem',
    'InventoryReport',
    'ManufacturedItemDefinition',
    'MedicinalProductDefinition',
    'MolecularDefinition',
    'NutritionIntake',
    'NutritionProduct',
    'PackagedProductDefinition',
    'Permission',
    'RegulatedAuthorization',
    'Requirements',
    'SubscriptionStatus',
    'SubscriptionTopic',
    'SubstanceDefinition',
    'TestPlan',
    'Transport',
  ],
};

type Sign = readonly [release: OtherRelease, type: string, element: string, shape?: 'string' | 'object' | 'array'];

/** Elements (of the shape given) that only the named release has there. */
const signs: readonly Sign[] = [
  ['DSTU2', 'Patient', 'careProvider'],
  ['STU3', 'Patient', 'animal'],
  ['DSTU2', 'Observation', 'comments'],
  ['DSTU2', 'Observation', 'related'],
  ['STU3', 'Observation', 'comment'],
  ['STU3', 'Observation', 'context'],
  ['R5', 'Observation', 'triggeredBy'],
  ['R5', 'Observation', 'instantiatesCanonical'],
  ['DSTU2', 'Condition', 'patient'],
  ['DSTU2', 'Condition', 'dateRecorded'],
  ['STU3', 'Condition', 'clinicalStatus', 'string'],
  ['STU3', 'Condition', 'verificationStatus', 'string'],
  ['STU3', 'Condition', 'assertedDate'],
  ['R5', 'Condition', 'participant'],
  ['DSTU2', 'AllergyIntolerance', 'substance'],
  ['STU3', 'AllergyIntolerance', 'clinicalStatus', 'string'],
  ['STU3', 'AllergyIntolerance', 'verificationStatus', 'string'],
  ['STU3', 'AllergyIntolerance', 'assertedDate'],
  ['R5', 'AllergyIntolerance', 'participant'],
  ['DSTU2', 'Encounter', 'class', 'string'],
  ['DSTU2', 'Encounter', 'patient'],
  ['R5', 'Encounter', 'class', 'array'],
  ['R5', 'Encounter', 'actualPeriod'],
  ['R5', 'Encounter', 'subjectStatus'],
  ['STU3', 'Encounter', 'reason'],
  ['DSTU2', 'MedicationStatement', 'patient'],
  ['STU3', 'MedicationStatement', 'taken'],
  ['R5', 'MedicationStatement', 'medication'],
  ['R5', 'MedicationStatement', 'adherence'],
  ['STU3', 'MedicationRequest', 'context'],
  ['STU3', 'MedicationRequest', 'requester', 'object'],
  ['R5', 'MedicationRequest', 'medication'],
  ['R5', 'MedicationAdministration', 'medication'],
  ['R5', 'MedicationDispense', 'medication'],
  ['DSTU2', 'Immunization', 'wasNotGiven'],
  ['DSTU2', 'Immunization', 'reported'],
  ['STU3', 'Immunization', 'notGiven'],
  ['STU3', 'Immunization', 'vaccinationProtocol'],
  ['R5', 'Immunization', 'administeredProduct'],
  ['DSTU2', 'Procedure', 'notPerformed'],
  ['STU3', 'Procedure', 'notDone'],
  ['STU3', 'Procedure', 'context'],
  ['R5', 'Procedure', 'occurrenceDateTime'],
  ['R5', 'Procedure', 'occurrencePeriod'],
  ['STU3', 'DiagnosticReport', 'context'],
  ['STU3', 'DiagnosticReport', 'codedDiagnosis'],
  ['R5', 'DiagnosticReport', 'supportingInfo'],
  ['STU3', 'DocumentReference', 'indexed'],
  ['STU3', 'DocumentReference', 'class'],
  ['R5', 'DocumentReference', 'attester'],
  ['STU3', 'Composition', 'class'],
  ['STU3', 'CarePlan', 'context'],
  ['STU3', 'CarePlan', 'definition'],
];

/** The other release this resource seems to be of; undefined where nothing says so. */
export function otherRelease(resource: JsonObject): OtherRelease | undefined {
  const type = text(resource.resourceType);
  if (type === undefined) return undefined;
  for (const release of ['DSTU2', 'STU3', 'R5'] as const) if (typesOf[release].includes(type)) return release;
  const declared = declaredRelease(resource);
  if (declared !== undefined) return declared;
  for (const [release, signType, element, shape] of signs) {
    if (type === signType && hasShape(member(resource, element), shape)) return release;
  }
  return undefined;
}

/** What the resource says of itself: the release in a profile's address, or `fhirVersion` of a conformance resource. */
function declaredRelease(resource: JsonObject): OtherRelease | undefined {
  const version = text(resource.fhirVersion);
  if (version !== undefined) return byVersion(version);
  for (const profile of listAt(resource.meta, 'profile')) {
    const address = text(profile) ?? '';
    if (/\/fhir\/DSTU2\/|\/fhir\/1\.0\//.test(address)) return 'DSTU2';
    if (/\/fhir\/STU3\/|\/fhir\/3\.0\//.test(address)) return 'STU3';
    if (/\/fhir\/R5\/|\/fhir\/5\.0\//.test(address)) return 'R5';
  }
  return undefined;
}

function byVersion(version: string): OtherRelease | undefined {
  if (/^(0\.|1\.)/.test(version)) return 'DSTU2';
  if (/^3\./.test(version) && version !== '3.5.0') return 'STU3';
  return version.startsWith('5.') ? 'R5' : undefined;
}

function hasShape(value: unknown, shape: Sign[3]): boolean {
  if (value === undefined) return false;
  if (shape === 'string') return typeof value === 'string';
  if (shape === 'array') return Array.isArray(value);
  return shape === 'object' ? isObject(value) && isObject(member(value, 'agent')) : true;
}

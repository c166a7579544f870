/**
 * Preset dictionary of DEFLATE (RFC 1951; zlib's `dictionary`): what FHIR resources of a clinic say again and again, the
 * most frequent last. Fixed by version 1 of the protocol: a change makes what lies at the backend unreadable.
 */
export const dictionary = [
  '"resourceType":"Provenance","target":[{"reference":"Composition/"recorded":"agent":[{"type":"who":"signature":[{"type":[{"system":"urn:iso-astm:E1762-95:2013","code":"1.2.840.10065.1.12.1.1"}],"when":"sigFormat":"application/vnd.carekeep.ed25519","data":"',
  '"resourceType":"Encounter","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"period":{"start":"',
  '"resourceType":"DocumentReference","content":[{"attachment":{"contentType":"application/pdf","data":"',
  '"resourceType":"Immunization","vaccineCode":{"occurrenceDateTime":"lotNumber":"',
  '"resourceType":"Procedure","status":"completed","performedDateTime":"',
  '"resourceType":"DiagnosticReport","resourceType":"Practitioner","resourceType":"Organization",',
  '"resourceType":"MedicationRequest","intent":"order","status":"active","medicationReference":{"dosageInstruction":[{"timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"',
  '"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"effectivePeriod":{"start":"dosage":[{"text":"http://www.whocc.no/atc',
  '"resourceType":"AllergyIntolerance","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","criticality":"high","patient":{"reference":"Patient/',
  '"resourceType":"Condition","clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item"}]}],"onsetDateTime":"recordedDate":"',
  '"resourceType":"Composition","status":"final","type":{"coding":[{"system":"http://loinc.org","code":"34109-9"}]},"attester":[{"mode":"legal","time":"section":[{"title":"Subjective","code":{"coding":[{"system":"http://loinc.org","code":"61150-9"}]},"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p></p></div>"}},{"title":"Objective","61149-1","Assessment","51848-0","Plan","18776-5","relatesTo":[{"code":"appends","targetReference":{"reference":"Composition/',
  '"resourceType":"Patient","active":true,"name":[{"use":"official","family":"given":["prefix":["telecom":[{"system":"phone","value":"+49 use":"home"},{"system":"email","value":"gender":"female","male","birthDate":"19address":[{"use":"home","line":["city":"postalCode":"country":"DE"}],"identifier":[{"system":"',
  '"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure"}]},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}],"effectiveDateTime":"20',
  '"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/","valueString":"","meta":{"profile":["http://hl7.org/fhir/',
  '"author":[{"type":"Practitioner","identifier":{"system":"urn:carekeep:user","value":"},"display":"recorder":{"type":"Practitioner","identifier":{"system":"urn:carekeep:user","value":"subject":{"reference":"Patient/encounter":{"reference":"Encounter/note":[{"text":"',
  '{"k":"delete","v":"{"k":"create","v":".","at":17,"id":"0","type":"Observation","json":"{\\"resourceType\\":\\"Observation\\",\\"status\\":\\"final\\",\\"subject\\":{\\"reference\\":\\"Patient/\\"}},\\"code\\":{\\"coding\\":[{\\"system\\":\\"http://loinc.org\\",\\"code\\":\\"","encounter":null,"author":"","source":"{\\"kind\\":\\"local\\",\\"by\\":\\"\\",\\"at\\":17,\\"import\\":null}","signed":0}\n{"k":"update","v":"","at":17,"id":"","type":"Patient","fields":{"telecom":"',
].join('\n');

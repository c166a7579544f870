/** What an AllergyIntolerance says: something one reacts to, that there is nothing, or that nothing is known. */
import { type JsonObject, listAt, member, textAt } from './json.ts';

/**
 * allergy: a substance · none-known: asked, and there is none · none-known-medication/-food/-environment: the same for
 * one kind · no-information: not asked, or not said
 */
export type AllergyStatement =
  | 'allergy'
  | 'none-known'
  | 'none-known-medication'
  | 'none-known-food'
  | 'none-known-environment'
  | 'no-information';

/** IPS absent-unknown codes (both editions of its system) and their SNOMED CT equivalents. */
const statements: ReadonlyMap<string, AllergyStatement> = new Map([
  ['no-allergy-info', 'no-information'],
  ['no-known-allergies', 'none-known'],
  ['no-known-medication-allergies', 'none-known-medication'],
  ['no-known-food-allergies', 'none-known-food'],
  ['no-known-environmental-allergies', 'none-known-environment'],
  ['716186003', 'none-known'],
  ['160244002', 'none-known'],
  ['409137002', 'none-known-medication'],
  ['429625007', 'none-known-food'],
  ['428607008', 'none-known-environment'],
  ['1631000175102', 'no-information'],
]);
const systems = [
  'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips',
  'http://terminology.hl7.org/CodeSystem/absent-unknown-uv-ips',
  'http://snomed.info/sct',
];

export function allergyStatement(allergy: JsonObject): AllergyStatement {
  for (const coding of listAt(member(allergy, 'code'), 'coding')) {
    const system = textAt(coding, 'system');
    if (system !== undefined && !systems.includes(system)) continue;
    const statement = statements.get(textAt(coding, 'code') ?? '');
    if (statement !== undefined) return statement;
  }
  return 'allergy';
}

/** What a received text must be before it is stored: JSON of its type, not too deep, and nobody else's. */
import { patientReference } from '../../../../src-shared/fhir/compartment.ts';
import { isObject, type JsonObject } from '../../../../src-shared/fhir/json.ts';
import { scanResource } from '../../../../src-shared/fhir/scan.ts';
import type { Store } from '../../store/open.ts';
import type { Refusal } from './outcome.ts';

type Text = {
  readonly id: string;
  readonly type: string;
  readonly json?: string | undefined;
  readonly refs?: readonly (readonly [reference: string, id: string])[] | undefined;
};

/** The parsed resource, or why it is refused. */
export function shapeOf({
  json,
  type,
}: Pick<Text, 'json' | 'type'>): { readonly json: string; readonly resource: JsonObject } | Refusal {
  if (json === undefined) return 'shape';
  const scanned = scanResource(Buffer.from(json, 'utf8'));
  if (!scanned.ok || scanned.scan.rest !== -1 || scanned.scan.resourceType !== type) return 'shape';
  let resource: unknown;
  try {
    resource = JSON.parse(json);
  } catch {
    return 'shape';
  }
  return isObject(resource) ? { json, resource } : 'shape';
}

const relative = /^Patient\/([^/]+)$/;

/** Is it, by its own text, in another patient's chart than the one it came for? */
export function isOthers(
  store: Store,
  op: Text,
  resource: JsonObject,
  patient: string | null,
  row: number | null,
): boolean {
  if (op.type === 'Patient') return op.id !== patient;
  const reference = patientReference(resource);
  if (reference === undefined) return false;
  const target = op.refs?.find(([written]) => written === reference)?.[1] ?? kept(store, row, reference);
  if (target === undefined) {
    const named = relative.exec(reference)?.[1];
    return named !== undefined && named !== patient;
  }
  // A reference may lead to something that is no patient: it names no other chart then.
  const isPatient = store.sql<[string], { one: number }>('select 1 one from patient where id = ?');
  return target !== patient && isPatient.get(target) !== undefined;
}

function kept(store: Store, row: number | null, reference: string): string | undefined {
  if (row === null) return undefined;
  return store
    .sql<[number, string], { target: string }>(
      'select target_id target from reference_index where from_row = ? and reference = ?',
    )
    .get(row, reference)?.target;
}

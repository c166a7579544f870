/** Restrictions of charts against the log: each as its last entry left it, and none that no entry speaks of. */
import { restrictionMacs } from '../store/access.ts';
import type { Store } from '../store/open.ts';
import { patientRef } from '../store/patient.ts';
import { type AuditEntry, decodeEntry } from './entry.ts';
import { Found } from './problem.ts';
import type { LogFacts } from './verifylog.ts';

/** What an entry says of a restriction, if it speaks of one. */
export function noteRestriction(known: Map<string, string>, { type, outcome, patient, detail }: AuditEntry): void {
  if (type !== 'access.restricted' && type !== 'access.restriction-lifted') return;
  if (outcome === 0 && patient !== null) known.set(patient, String(detail['mac'] ?? ''));
}

/** In one go: there are few, and none changes meanwhile. */
export function verifyRestrictions(store: Store, facts: LogFacts): void {
  const said = new Map(facts.restrictions);
  const since = store.sql<[number], { entry: Buffer }>('select entry from audit_entry where seq >= ? order by seq');
  for (const { entry } of since.all(facts.size)) {
    const decoded = decodeEntry(entry);
    if (decoded !== undefined) noteRestriction(said, decoded);
  }
  for (const { patientId, mac } of restrictionMacs(store)) {
    const ref = patientRef(store, patientId) ?? '';
    if (said.get(ref) !== mac) throw new Found('restriction-differs', patientId);
    said.delete(ref);
  }
  const [missing] = said.keys();
  if (missing !== undefined) throw new Found('restriction-differs', missing);
}

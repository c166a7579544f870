/** The log says which policies a workstation worked under: an entry whenever they are others than at the last open session. */
import type { ReadPolicy } from '../../../src-shared/policy/policy.ts';
import { append } from '../audit/log.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/hash.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';
import { withTransaction } from '../store/transaction.ts';

const lastKey = 'policy_last';

/** Names and a hash, never the values: an address or a folder is nobody's who reads the log. */
export function recordPolicy(store: Store, read: ReadPolicy, now: number): void {
  const { policy, source, problems } = read;
  const last = readMeta(store.db, lastKey)?.toString('utf8');
  const none = source === 'none' && problems.length === 0;
  const hash = sha256(canonicalBytes({ policy, source, problems })).toString('hex');
  if (last === hash || (last === undefined && none)) return;
  withTransaction(
    store,
    (tx) => {
      append(tx, {
        type: 'policy.applied',
        outcome: problems.length === 0 ? 0 : 8,
        agent: { user: null, roles: [], session: null },
        purpose: 'HOPERAT',
        origin: 'core',
        detail: {
          source,
          hash,
          names: Object.keys(policy).join(' '),
          ...(problems.length > 0 && { problems: problems.map(({ name, code }) => `${name}:${code}`).join(' ') }),
        },
      });
      writeMeta(tx.store.db, lastKey, Buffer.from(hash, 'utf8'));
    },
    now,
  );
}

/** Everything that a workstation's log holds for others goes to the backend, as the exchange sends it: two in flight. */
import { emptyFrontier, frontierRoot } from '../../../src-main/core/audit/merkle.ts';
import { runSliced } from '../../../src-main/core/store/slices.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { type Author, makeBatch } from '../../../src-main/core/sync/outgoing/make-batch.ts';
import { acknowledged, inFlight, pendingBatches } from '../../../src-main/core/sync/outgoing/pending.ts';
import { slotsNeeded, slotsPut, slotsToPut } from '../../../src-main/core/sync/outgoing/slots.ts';
import type { StoredAnswer } from '../../../src-shared/sync-protocol/messages.ts';
import type { Joined } from './clinic.ts';

export type ClinicIds = { readonly tenant: string; readonly clinic: string };
export type Sent = { readonly batches: number; readonly bytes: number };

export async function sendAll({ at, backend }: Joined, { tenant, clinic }: ClinicIds): Promise<Sent> {
  const { store } = at;
  const { signal } = new AbortController();
  const seen = { size: 0, root: frontierRoot(emptyFrontier) };
  const author: Author = { tenant, clinic, sign: at.sign, roster: () => 2, seen: () => seen };
  const flying: { readonly seq: number; readonly answer: Promise<StoredAnswer> }[] = [];
  let after = -1;
  let sent = { batches: 0, bytes: 0 };
  for (;;) {
    while (flying.length < inFlight) {
      const [next] = pendingBatches(store, after, 1);
      if (next === undefined) {
        const { kind } = await runSliced(makeBatch(store, author), { signal });
        if (kind !== 'made') break;
        continue;
      }
      while (slotsNeeded(store)) {
        const puts = slotsToPut(store, clinic);
        const change = await backend.putSlots(puts, signal);
        withTransaction(store, (tx) => slotsPut(tx, puts, change));
      }
      flying.push({ seq: next.seq, answer: backend.push(next.envelope, signal) });
      after = next.seq;
      sent = { batches: sent.batches + 1, bytes: sent.bytes + next.envelope.length };
    }
    const first = flying.shift();
    if (first === undefined) return sent;
    await first.answer;
    withTransaction(store, (tx) => acknowledged(tx, first.seq));
  }
}

/** Following the slots: patients' keys as the other workstations put and emptied them. */
import { append } from '../../audit/log.ts';
import { sliceClock } from '../../store/slices.ts';
import { withTransaction } from '../../store/transaction.ts';
import { takeSlot } from '../outgoing/slots.ts';
import { readNumber, writeNumber } from './state.ts';
import { SyncStop } from './stop.ts';
import { byCore, type TakeParts } from './take.ts';

/**
 * Takes slots up to a counter.
 * @param until what the backend says there is
 * @returns whether a key came that was not here
 * @throws SyncStop clinic-key-missing; batch-refused where the list is cut short or out of order
 */
export async function followSlots(parts: TakeParts, until: number): Promise<boolean> {
  const { store, backend, signal } = parts;
  let any = false;
  for (let after = readNumber(store, 'in.slots'); after < until; ) {
    const { slots, more } = await backend.slots(after, signal);
    let last = after;
    for (const { change } of slots) {
      if (change <= last) throw new SyncStop('batch-refused', 'slot');
      last = change;
    }
    if (last === after || (!more && last < until)) throw new SyncStop('batch-refused', 'slot');
    for (let at = 0; at < slots.length; ) {
      const done = takeSome(parts, slots, at);
      at = done.at;
      any = any || done.fresh;
      await new Promise<void>((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    }
    after = last;
  }
  return any;
}

type Slots = Awaited<ReturnType<TakeParts['backend']['slots']>>['slots'];

function takeSome(
  { store, member, now }: TakeParts,
  slots: Slots,
  from: number,
): { readonly at: number; readonly fresh: boolean } {
  const over = sliceClock();
  return withTransaction(
    store,
    (tx) => {
      let fresh = false;
      let at = from;
      let refused = 0;
      for (let one = slots[at]; one !== undefined && !(at > from && over()); one = slots[at]) {
        const { kind } = takeSlot(tx, member.clinic, one);
        // It is asked for again when somebody brings the epoch's key.
        if (kind === 'no-clinic-key') throw new SyncStop('clinic-key-missing', 'slot');
        if (kind === 'refused' || kind === 'differs') refused += 1;
        if (kind === 'new') fresh = true;
        writeNumber(tx, 'in.slots', one.change);
        at += 1;
      }
      if (refused > 0) {
        append(tx, { ...byCore, type: 'sync.refused', outcome: 8, detail: { reason: 'slot', slots: refused } });
      }
      return { at, fresh };
    },
    now(),
  );
}

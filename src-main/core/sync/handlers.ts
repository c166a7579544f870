/** How the exchange stands, and what an admin decides about what waits. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { opensDatabase } from '../../../src-shared/contract/permissions.ts';
import type { QuarantineItem } from '../../../src-shared/contract/sync.ts';
import type { CallContext, Handlers, TaskContext } from '../call.ts';
import { countConflicts } from '../chart/conflicts.ts';
import { afterErasure } from '../store/erase.ts';
import type { Tx } from '../store/transaction.ts';
import { acceptItem, type Deciding, dropItem } from './incoming/decide.ts';
import { type ItemRow, waitingItems } from './incoming/quarantine.ts';
import { Tally } from './incoming/slices.ts';
import { MergesUnjudged } from './merge/apply.ts';
import { judgeMerges } from './merge/judge.ts';

function itemOf({ core }: CallContext, row: ItemRow): QuarantineItem {
  const { users, devices } = core.vault.rosterState();
  const { item: id, reason, device: deviceId, user: userId, changes, patients, from, to, at } = row;
  return {
    id,
    reason,
    deviceId,
    device: devices.get(deviceId)?.name ?? deviceId,
    userId,
    user: userId === null ? null : (users.get(userId)?.displayName ?? userId),
    changes,
    patients,
    from,
    to,
    at,
  };
}

/** Each slice of what is let in is one transaction of the call with its own entry; the first tells the others. */
function deciding({ core, record, session }: TaskContext, item: string, tell: (tx: Tx) => void): Deciding {
  let told = false;
  return {
    by: session.userId,
    inEntry: async (work) => {
      const verdicts = new Map<string, boolean>();
      for (;;) {
        const tally = new Tally();
        try {
          record(({ tx, entry }) => {
            work(tx, tally, verdicts);
            if (!told) tell(tx);
            Object.assign(entry.detail, { decision: 'accept', item, ...tally.detail() });
          });
          told = true;
          afterErasure(core.demandOpen().store, tally.erased);
          return;
        } catch (error) {
          if (!(error instanceof MergesUnjudged)) throw error;
          for (const [text, good] of await judgeMerges(error.merges)) verdicts.set(text, good);
        }
      }
    },
  };
}

export const syncHandlers: Handlers<'sync'> = {
  // IT and auditors open no database: they see how it stands, and no conflicts.
  status: async ({ core, session, record }) => {
    const opened = opensDatabase(session.roles) && core.opened() !== null;
    return core.sync.standing(opened ? record(countConflicts) : 0);
  },
  now: async ({ core }) => {
    core.sync.tryNow();
    return { ok: true };
  },
  quarantined: (context) => {
    const items = waitingItems(context.tx.store).map((row) => itemOf(context, row));
    context.entry.detail['items'] = items.length;
    return { items };
  },
  decide: async (context, { id, decision }) => {
    const { core, session, record } = context;
    const { exchange } = core.sync;
    if (exchange === null) throw new CallError('not-connected');
    const said = { item: id, decision, author: session.userId };
    if (decision === 'drop') {
      record(({ tx, entry }) => {
        const groups = dropItem(tx, core.vault.ids().clinicId, id, session.userId);
        exchange.tellDecision(tx, said);
        Object.assign(entry.detail, { decision, item: id, groups });
      });
      return { ok: true };
    }
    const tell = (tx: Tx): void => exchange.tellDecision(tx, said);
    const patients = await acceptItem(exchange.takeParts(), id, deciding(context, id, tell));
    for (const patientId of patients.size > 20 ? [null] : patients) {
      core.broadcast({ event: 'record-changed', data: { patientId } });
    }
    return { ok: true };
  },
};

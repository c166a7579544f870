/** The page "Retention": years, legal holds, and what was pruned or could be. */

import { CallError } from '../../../../src-shared/contract/errors.ts';
import type { PruneLine } from '../../../../src-shared/contract/retention.ts';
import { usualRetention } from '../../../../src-shared/contract/retention-years.ts';
import type { CallContext, Handlers } from '../../call.ts';
import type { Core } from '../../core.ts';
import { patientRef, readPatient } from '../../store/patient.ts';
import { chooseYears, chosenYears, retentionYears } from '../retention.ts';
import { isPruning } from './execute.ts';
import { type HoldRow, liftHold, readHold, readHolds, setHold } from './holds.ts';
import { type Prune, prunesOf } from './pruned.ts';

/** Names of everybody who is or was here; an id that nobody bears stands for itself. */
function peopleOf(core: Core): (id: string) => string {
  const { users } = core.vault.rosterState();
  return (id) => users.get(id)?.displayName ?? id;
}

const countryOf = (core: Core): string => core.vault.displayDirectory()?.country ?? '';

/** While entries go, nobody changes what stays: seconds, or until the next opening after a kill. */
function demandStill({ tx }: CallContext): void {
  if (isPruning(tx.store)) throw new CallError('busy');
}

function patientName({ tx, session }: CallContext, { patientId }: HoldRow): string | null {
  if (patientId === null || !session.permissions.has('patient:read')) return null;
  const patient = readPatient(tx.store, patientId);
  return patient === null ? null : [patient.family, patient.given].filter((part) => part !== '').join(', ');
}

const stateOf = ({ doneTo, below }: Prune, running: boolean): PruneLine['state'] => {
  if (doneTo >= below) return 'done';
  return doneTo > 0 || running ? 'running' : 'stopped';
};

export const retentionHandlers: Handlers<'retention'> = {
  get: async ({ core, session }) => {
    const country = countryOf(core);
    const store = session.keys.shared === undefined ? undefined : core.opened()?.store;
    return {
      country,
      usual: usualRetention(country),
      years: store === undefined ? null : retentionYears(store, country),
      chosen: store !== undefined && chosenYears(store) !== null,
      deviceId: core.vault.ids().deviceId,
    };
  },
  set: ({ core, tx, entry }, { years }) => {
    const country = countryOf(core);
    entry.detail['of'] = 'retention';
    entry.detail['before'] = `years ${retentionYears(tx.store, country)}`;
    chooseYears(tx.store, years);
    entry.detail['after'] = `years ${retentionYears(tx.store, country)}`;
    return { ok: true };
  },
  holds: (context) => {
    const { core, tx, entry } = context;
    const nameOf = peopleOf(core);
    const rows = readHolds(tx.store);
    entry.detail['of'] = 'holds';
    entry.detail['count'] = rows.length;
    return {
      holds: rows.map((row) => ({
        id: row.id,
        patientId: row.patientId,
        patient: patientName(context, row),
        reason: row.reason,
        at: row.at,
        by: nameOf(row.byUser),
        lifted: row.liftedAt === null || row.liftedBy === null ? null : { at: row.liftedAt, by: nameOf(row.liftedBy) },
      })),
    };
  },
  hold: (context, { patientId, reason }) => {
    const { tx, session, entry } = context;
    entry.patientId = patientId;
    if (patientId !== null && patientRef(tx.store, patientId) === null) throw new CallError('not-found');
    demandStill(context);
    const id = setHold(tx, { patientId, reason: reason.trim(), byUser: session.userId });
    entry.entity.push(id);
    return { id };
  },
  liftHold: (context, { id }) => {
    const { tx, session, entry } = context;
    entry.entity.push(id);
    const { patientId, liftedAt } = readHold(tx.store, id);
    entry.patientId = patientId;
    if (liftedAt !== null) throw new CallError('not-found');
    demandStill(context);
    liftHold(tx, id, session.userId);
    return { ok: true };
  },
  preview: async ({ core }) => core.pruning.preview(),
  prune: (context, input) => context.core.pruning.run(context, input),
  prunes: ({ core, tx }) => {
    const nameOf = peopleOf(core);
    const book = core.vault.rosterHistory();
    const { clinicId } = core.vault.ids();
    const lines = prunesOf(tx.store).flatMap((prune): PruneLine[] => {
      const { executed } = prune;
      if (executed === null) return [];
      const signers = book.agreed(prune.request, clinicId, executed.roster, executed.at)?.signers ?? new Set<string>();
      return [
        {
          id: prune.id,
          at: executed.at,
          by: nameOf(executed.user),
          agreedBy: [...signers].filter((id) => id !== executed.user).map(nameOf),
          before: prune.subject.before,
          below: prune.below,
          kept: prune.kept,
          state: stateOf(prune, core.pruning.isDeleting(prune.id)),
        },
      ];
    });
    return { prunes: lines.reverse() };
  },
};

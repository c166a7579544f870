/** Who gets through while named maintenance keeps everybody from the database. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { ProcedureName } from '../../../src-shared/contract/index.ts';
import type { Core } from '../core.ts';

/** Nothing of these needs the database. */
const answered: ReadonlySet<ProcedureName> = new Set([
  'app.status',
  'sessions.lock',
  'sessions.lockVeiled',
  'sessions.touch',
  'keys.cancelRotation',
]);
/** A page that was loaded anew asks who is signed in: it waits for an answer, whatever else is refused. */
const waiting: ReadonlySet<ProcedureName> = new Set(['sessions.current']);

/** Waits for the end of what is short. @throws CallError maintenance, busy, update-failed */
export async function demandNoMaintenance(core: Core, procedure: ProcedureName): Promise<void> {
  await core.updates.demandAllowed(procedure);
  for (let now = core.rotation.maintenance; now !== null; now = core.rotation.maintenance) {
    if (answered.has(procedure)) return;
    if (!now.quiet && !waiting.has(procedure)) throw new CallError('maintenance');
    await now.over;
  }
}

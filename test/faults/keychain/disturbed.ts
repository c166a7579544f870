/** An operation with a keychain that goes wrong in the middle of it, and the same profile with a good one afterwards. */
import { setTimeout as pause } from 'node:timers/promises';
import { errorCodes } from '../../../src-shared/contract/errors.ts';
import { hold } from '../kind.ts';
import { demandRefused, filesIn, type Stage } from '../start-states/stage.ts';
import type { Operation } from './operations.ts';
import type { Trouble } from './troubles.ts';

/** Ten seconds is what one question to a keychain may take; an operation asks a few. */
const longest = 60_000;
const named: ReadonlySet<string> = new Set(errorCodes.filter((code) => code !== 'internal'));

export async function disturbed(stage: Stage, operation: Operation, trouble: Trouble): Promise<void> {
  operation.prepare?.(stage);
  const keyring = await stage.keyring();
  const core = await stage.core(keyring.env);
  await operation.before?.(core);
  const started = performance.now();
  const working = operation.work(core, stage);
  await pause(stage.random.between(0, 400));
  await trouble.begin(keyring);
  const got = await Promise.race([working, pause(longest, undefined, { ref: false })]);
  hold(got !== undefined, `${operation.name} hangs for more than ${longest / 1000} s`);
  const code = got.ok ? 'ok' : got.error.code;
  hold(got.ok || named.has(code), () => `${operation.name} ends with ${code}: ${core.complaint.split('\n').at(-2)}`);
  const lasted = performance.now() - started;
  await core.kill();
  await trouble.end(keyring);
  const again = await stage.core(keyring.env);
  try {
    await operation.after(again, got.ok, stage);
  } catch (error) {
    if (error instanceof Error) error.message = `(said ${code} after ${Math.round(lasted)} ms) ${error.message}`;
    throw error;
  }
}

/** The trouble is there from the start: a named state, nobody gets in, nothing is written; and then it is over. */
export async function fromTheStart(
  stage: Stage,
  trouble: Trouble,
  working: (stage: Stage) => Promise<void>,
): Promise<void> {
  const keyring = await stage.keyring();
  const before = filesIn(stage.profile);
  await trouble.begin(keyring);
  const core = await stage.core(keyring.env);
  const { state } = await core.demand('app.status', {});
  hold(state === 'keychain-locked' || state === 'keychain-absent', `says ${state}`);
  await demandRefused(core, ['keychain-locked', 'keychain-absent']);
  const made = await core.call('setup.create', {
    language: 'en',
    clinicName: 'Another',
    country: 'DE',
    workstationName: 'Another',
    admin: { userName: 'another', displayName: 'Another', roles: [] },
    password: 'quince trellis ember 58 meadow',
  });
  hold(!made.ok, 'makes a new clinic over the old one');
  await core.kill();
  const after = filesIn(stage.profile);
  hold(
    [...before].every(([path, digest]) => after.get(path) === digest),
    'a file was changed meanwhile',
  );
  await trouble.end(keyring);
  await working(stage);
}

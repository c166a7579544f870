/** A real clinic on a real keyring, with core in this process: what the calls of the screen cost in the core. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Headless, startHeadless } from '../../src-main/core/headless.ts';
import type { CallInput, Output, ProcedureName } from '../../src-shared/contract/index.ts';
import { procedures } from '../../src-shared/contract/index.ts';
import { makeCoreClinic, profileOf, unlockedKeyring } from '../faults/core/clinic.ts';
import type { BenchRun } from './figure.ts';

export type Desk = {
  readonly profile: string;
  /** What leads other processes to its keyring. */
  readonly env: Readonly<Record<string, string>>;
  start(): Promise<Headless>;
  stop(): Promise<void>;
};

/** Sets a clinic up and points this process at its keyring until stopped. */
export async function openDesk(run: BenchRun): Promise<Desk> {
  const home = join(run.scratch, 'desk');
  mkdirSync(home, { recursive: true });
  await makeCoreClinic(home);
  const keyring = await unlockedKeyring(home);
  const before = Object.keys(keyring.env).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, keyring.env);
  return {
    profile: profileOf(home),
    env: keyring.env,
    start: () => startHeadless(profileOf(home)),
    stop: async () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await keyring.stop();
    },
  };
}

/** A call that must succeed, its answer checked against the contract outside of what is timed. */
export async function demand<N extends ProcedureName>(
  core: Headless,
  procedure: N,
  input: CallInput<N>,
): Promise<Output<N>> {
  const reply = await core.call(procedure, input);
  if (!reply.ok) throw new Error(`${procedure} is refused: ${reply.error.code}`);
  const parsed = procedures.get(procedure)?.output.safeParse(reply.value);
  if (parsed?.success !== true) throw new Error(`${procedure} answers another shape than its contract`);
  return parsed.data as Output<N>;
}

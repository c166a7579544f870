/** The peer of the exchange: PouchDB to PouchDB-server and back, each in a process of its own, plain HTTP on this machine. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BenchRun } from '../figure.ts';
import { installPeers } from '../pouch.ts';
import type { Mix } from './changes.ts';

const peers = join(import.meta.dirname, '..', 'peers');

/** Changes per second and bytes per change, one way. */
export type Flow = { readonly perSecond: number; readonly bytes: number };
export type BothWays = { readonly push: Flow; readonly pull: Flow };

const listening = z.object({ port: z.number() });
const counted = z.object({ bytes: z.number() });
const took = z.object({ took: z.number() });

/** The next message of a child. @throws when it ends instead */
export async function next(child: ChildProcess): Promise<unknown> {
  const gone = new AbortController();
  const exit = once(child, 'exit', { signal: gone.signal }).then(() => {
    throw new Error('a peer ended without an answer');
  });
  exit.catch(() => undefined);
  const answer = once(child, 'message', { signal: gone.signal });
  try {
    const [message]: unknown[] = await Promise.race([answer, exit]);
    return message;
  } finally {
    gone.abort();
    answer.catch(() => undefined);
  }
}

/** @param batch documents a batch; null: PouchDB's default, which is 100 */
export async function pouchSync(run: BenchRun, mix: Mix, batch: number | null): Promise<BothWays> {
  installPeers(run);
  const name = `m${mix.patients}-b${batch ?? 0}`;
  const folder = join(run.scratch, `pouch-${name}`);
  mkdirSync(join(folder, 'server'), { recursive: true });
  const stdio: ('ignore' | 'inherit' | 'ipc')[] = ['ignore', 'ignore', 'inherit', 'ipc'];
  const server = fork(join(peers, 'sync-server.ts'), [], { stdio });
  const client = fork(join(peers, 'replicate.ts'), [], { stdio });
  const through = async (): Promise<number> => {
    server.send('bytes');
    return counted.parse(await next(server)).bytes;
  };
  try {
    server.send({ folder: join(folder, 'server') });
    const { port } = listening.parse(await next(server));
    client.send({ folder, server: `http://127.0.0.1:${port}`, name, mix, seed: run.seed, batch });
    const count = mix.patients * mix.perPatient;
    const pushed = took.parse(await next(client)).took;
    const afterPush = await through();
    client.send('pull');
    const pulled = took.parse(await next(client)).took;
    const afterPull = await through();
    return {
      push: { perSecond: count / (pushed / 1000), bytes: afterPush / count },
      pull: { perSecond: count / (pulled / 1000), bytes: (afterPull - afterPush) / count },
    };
  } finally {
    client.kill('SIGKILL');
    server.kill('SIGKILL');
  }
}

/** The batch size that is fastest there and back. */
export async function bestPouchSync(
  run: BenchRun,
  mix: Mix,
  sizes: readonly number[],
): Promise<BothWays & { readonly batch: number }> {
  let best: (BothWays & { readonly batch: number }) | null = null;
  const seconds = ({ push, pull }: BothWays) => 1 / push.perSecond + 1 / pull.perSecond;
  for (const batch of sizes) {
    const tried = { ...(await pouchSync(run, mix, batch)), batch };
    if (best === null || seconds(tried) < seconds(best)) best = tried;
  }
  if (best === null) throw new RangeError('no batch sizes');
  return best;
}

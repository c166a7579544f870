/**
 * An insider with the key of the database and the workstation's own key rewrites the log: twelve kinds of edits, each at
 * every position of a log of 5,000 entries, in the rows alone and with all he can make agree. The application and
 * `carekeep-verify` must name the place (docs/protocols/audit.md, "Attackers").
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { makeLog } from '../audit/made.ts';
import { said } from '../audit/messages.ts';
import { attempts, logSize, type Played } from '../audit/room.ts';
import { Tally } from '../audit/tally.ts';
import { Broken, type Kind, type Run } from '../kind.ts';

/** So many trials are worth a second process. */
const worthTwo = 500;
const child = join(import.meta.dirname, '..', 'audit', 'trials.ts');

type Waiting = { readonly resolve: (played: Played) => void; readonly reject: (error: Error) => void };

/** Trials as they come in; whoever asks first waits. */
class Results {
  readonly #there = new Map<number, Played>();
  readonly #waiting = new Map<number, Waiting>();
  #failed: Error | undefined;

  add(played: readonly Played[]): void {
    for (const one of played) {
      const waiting = this.#waiting.get(one.seed);
      if (waiting === undefined) this.#there.set(one.seed, one);
      else waiting.resolve(one);
      this.#waiting.delete(one.seed);
    }
  }

  fail(error: Error): void {
    this.#failed ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  of(seed: number): Promise<Played> {
    const there = this.#there.get(seed);
    this.#there.delete(seed);
    if (there !== undefined) return Promise.resolve(there);
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => this.#waiting.set(seed, { resolve, reject }));
  }
}

/** @returns ends with the process */
function begin(
  order: { readonly made: object; readonly folder: string; readonly seeds: readonly number[] },
  results: Results,
) {
  const process_ = fork(child, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  process_.on('message', (message) => {
    const heard = said.parse(message);
    if (heard.kind === 'played') results.add(heard.played);
    else results.fail(new Broken(heard.reason));
  });
  const gone = new Promise<void>((resolve) => {
    process_.once('exit', (code) => {
      if (code !== 0) results.fail(new Broken(`a process of the trials ended with ${code}`));
      resolve();
    });
  });
  process_.send({ ...order, seeds: [...order.seeds] });
  return { gone, kill: () => process_.kill('SIGKILL') };
}

async function run({ seeds, scratch, trial, note }: Run): Promise<void> {
  const made = await makeLog(scratch, logSize);
  const results = new Results();
  const processes = seeds.length < worthTwo ? 1 : 2;
  const children = Array.from({ length: processes }, (_, at) => {
    const folder = join(scratch, `trials-${at}`);
    return begin({ made, folder, seeds: seeds.filter((_seed, index) => index % processes === at) }, results);
  });
  const tally = new Tally();
  try {
    for (const seed of seeds) {
      await trial(seed, async () => {
        const played = await results.of(seed);
        tally.add(played);
        if (played.broken !== null) throw new Broken(`${played.kind}, ${played.how}: ${played.broken}`);
      });
    }
  } finally {
    for (const { kill } of children) kill();
    await Promise.all(children.map(({ gone }) => gone));
  }
  for (const line of tally.lines()) note(line);
}

const kind: Kind = { name: 'audit-insider', full: attempts, run };
export default kind;

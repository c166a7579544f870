/** Verifying an update of 120 MB against only hashing it; what looking for one costs the process that keeps the window. */
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { addTarget } from '../../../resources/release/add.ts';
import { initRepository } from '../../../resources/release/init.ts';
import { makeKeys } from '../../../resources/release/key.ts';
import { publish } from '../../../resources/release/publish.ts';
import type { RoleName } from '../../../resources/release/roles.ts';
import { sign } from '../../../resources/release/sign.ts';
import { createSha512 } from '../../../src-main/core/crypto/hash.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { check } from '../../../src-main/update/check.ts';
import { fetchPackage } from '../../../src-main/update/fetch-package.ts';
import { openSource } from '../../../src-main/update/open-source.ts';
import { isPackage } from '../../../src-main/update/package-file.ts';
import type { Found } from '../../../src-main/update/seam.ts';
import { launchApp } from '../../e2e/launch.ts';
import type { Bench, BenchRun, Figure } from '../figure.ts';
import { openDesk } from '../headless.ts';
import { inTurnAsync, median, timedAsync } from '../measure.ts';
import { settle } from '../screen.ts';

const rounds = 9;
const starts = 9;
const mega = 1_000_000;

type Offered = { readonly repository: string; readonly file: string; readonly anchor: Buffer };

/** A repository with one package above 1.0.0, made by the signers' own tool. */
async function offer(run: BenchRun, length: number): Promise<Offered> {
  const repository = join(run.scratch, 'repository');
  const file = join(run.scratch, 'carekeep-1.1.0-amd64.deb');
  const handle = openSync(file, 'w');
  const piece = Buffer.alloc(mega);
  for (let at = 0; at < length; at += mega) writeSync(handle, randomFillSync(piece));
  closeSync(handle);
  const keys = makeKeys(randomBytes);
  const of = (role: RoleName) => keys[role].map((key) => key.publicKey);
  const now = Date.now() - 60_000;
  initRepository({
    folder: repository,
    keys: { root: of('root'), targets: of('targets'), snapshot: of('snapshot'), timestamp: of('timestamp') },
    now,
  });
  const note = 'What is new.';
  await addTarget({
    folder: repository,
    file,
    package: {
      version: '1.1.0',
      arch: 'x64',
      channel: 'stable',
      rings: { pilot: 100, everyone: 100 },
      minimumVersion: '1.0.0',
      notes: { en: note, de: note, fr: note, es: note },
    },
    now,
  });
  sign({ folder: repository, role: 'root', keys: keys.root.slice(0, 2) });
  sign({ folder: repository, role: 'targets', keys: keys.targets.slice(0, 2) });
  await publish({ folder: repository, keys: [...keys.snapshot, ...keys.timestamp], now });
  return { repository, file, anchor: await bytesOf(join(repository, 'metadata', '1.root.json')) };
}

async function bytesOf(file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(file)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function hashOf(bytes: Buffer): void {
  const hash = createSha512();
  hash.update(bytes);
  hash.digest();
}

/** Nothing but the hash. */
async function hashed(file: string): Promise<void> {
  const hash = createSha512();
  for await (const piece of createReadStream(file, { highWaterMark: mega })) hash.update(piece);
  hash.digest();
}

/** What a workstation of 1.0.0 does that has never looked before. */
async function looked({ repository, anchor }: Offered, metadata: string): Promise<Found> {
  rmSync(metadata, { recursive: true, force: true });
  const source = await openSource(repository, { proxy: 'none' });
  try {
    const outcome = await check({
      source,
      anchor: { bytes: anchor, from: 'package' },
      trust: null,
      metadata,
      here: {
        version: '1.0.0',
        platform: 'linux',
        arch: 'x64',
        channel: 'stable',
        ring: 'everyone',
        package: 'deb',
        deviceId: 'bench',
        failed: [],
      },
      lastGood: null,
      now: Date.now,
      signal: new AbortController().signal,
    });
    if (!outcome.ok) throw new Error(`the check is refused: ${outcome.refusal}`);
    if (outcome.found === null) throw new Error('the package is not offered');
    await outcome.commit();
    return outcome.found;
  } finally {
    await source.close();
  }
}

async function fetched({ repository }: Offered, found: Found, to: string): Promise<void> {
  rmSync(to, { force: true });
  const source = await openSource(repository, { proxy: 'none' });
  try {
    const { signal } = new AbortController();
    await fetchPackage({ source, found, to, progress: () => undefined, signal });
  } finally {
    await source.close();
  }
}

async function verifying(run: BenchRun, offered: Offered, length: number): Promise<readonly Figure[]> {
  const metadata = join(run.scratch, 'metadata');
  const found = await looked(offered, metadata);
  const copy = join(run.scratch, 'fetched.deb');
  const bytes = await bytesOf(offered.file);
  const [only = [], inMemory = [], verified = [], plain = [], whole = []] = await inTurnAsync(rounds, [
    () => hashed(offered.file),
    async () => hashOf(bytes),
    async () => {
      const again = await looked(offered, metadata);
      if (!(await isPackage(offered.file, again))) throw new Error('the package does not verify');
    },
    async () => {
      await pipeline(createReadStream(offered.file), createWriteStream(`${copy}.plain`, { flush: true }));
      rmSync(`${copy}.plain`);
    },
    () => fetched(offered, found, copy),
  ]);
  const speed = (samples: readonly number[]) => length / mega / (median(samples) / 1000);
  const hashing = Math.max(speed(only), speed(inMemory));
  const ratio = speed(verified) / hashing;
  return [
    {
      name: `metadata and a package of ${length / mega} MB verified, MB/s`,
      value: speed(verified),
      unit: 'per s',
      samples: rounds,
      limit: { name: 'SHA-512 alone', value: hashing, ratio },
      bound: { text: '≥ 0.8 × of hashing', holds: ratio >= 0.8 },
      note: `hashing alone: ${Math.round(speed(only))} read as a stream, ${Math.round(speed(inMemory))} in memory; the faster is the limit.`,
    },
    {
      name: 'fetched from a folder: copied, hashed, fsynced, MB/s',
      value: speed(whole),
      unit: 'per s',
      samples: rounds,
      limit: { name: 'copied and fsynced, not hashed', value: speed(plain), ratio: speed(whole) / speed(plain) },
    },
  ];
}

type Looked = { readonly blocked: number; readonly cpu: number };

async function looking(run: BenchRun, { repository }: Offered): Promise<readonly Figure[]> {
  const built = join(import.meta.dirname, '..', '..', '..', 'out', 'main', 'shared');
  const name = readdirSync(built).find((file) => /^office-.*\.js$/.test(file));
  if (name === undefined) throw new Error('no built updater: npm run build');
  const updater = join(built, name);
  const seen: { load: Looked; check: Looked }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const work = join(run.scratch, `work-${round}`);
    mkdirSync(work);
    const child = join(import.meta.dirname, '..', 'update-check.ts');
    const parameters = [child, repository, work, pathToFileURL(updater).href];
    seen.push(JSON.parse(execFileSync(process.execPath, parameters, { encoding: 'utf8' })));
  }
  const of = (pick: (one: { load: Looked; check: Looked }) => number) => median(seen.map(pick));
  return [
    {
      name: 'a look with nothing new: processor time in the main process, p50',
      value: of(({ check }) => check.cpu),
      unit: 'ms',
      samples: rounds,
      note: `the longest piece in which nothing else ran: ${of(({ check }) => check.blocked).toFixed(1)} ms. Half a minute at least after the window is up.`,
    },
    {
      name: 'loading the built updater: processor time, p50',
      value: of(({ load }) => load.cpu),
      unit: 'ms',
      samples: rounds,
      note: 'in the main process, once, one and a half seconds after the page is up; with what main has loaded already.',
    },
  ];
}

/** From nothing to the sign-in screen, with a source of updates and without any. */
async function starting(run: BenchRun, offered: Offered): Promise<readonly Figure[]> {
  const desk = await openDesk(run);
  const resources = join(run.scratch, 'resources');
  mkdirSync(join(resources, 'update'), { recursive: true });
  writeFileSync(join(resources, 'update', 'root.json'), offered.anchor);
  const policies = (name: string, policy: object): string => {
    const file = join(run.scratch, name);
    writeFileSync(file, JSON.stringify(policy), { mode: 0o600 });
    return file;
  };
  const on = policies('on.json', { updateSource: offered.repository });
  const off = policies('off.json', { updateSource: 'off' });
  const samples = new Map<string, number[]>([
    [on, []],
    [off, []],
  ]);
  try {
    for (let round = 0; round < starts; round += 1) {
      for (const file of round % 2 === 0 ? [on, off] : [off, on]) {
        await settle(300);
        const args = ['--policies', file, `--stand-in-package=${resources}`];
        let close = async (): Promise<void> => undefined;
        const took = await timedAsync(async () => {
          const app = await launchApp({ profile: desk.profile, env: desk.env, args });
          close = app.close;
          const page = await app.page();
          await page.getByRole('heading', { name: 'Sign in' }).waitFor();
        });
        samples.get(file)?.push(took);
        await close();
      }
    }
  } finally {
    await desk.stop();
  }
  // The fastest of each: what else the machine does only ever adds.
  const fastest = (file: string) => Math.min(...(samples.get(file) ?? []));
  const added = fastest(on) - fastest(off);
  const p50 = (file: string) => `${Math.round(median(samples.get(file) ?? []))} ms`;
  return [
    {
      name: 'looking for updates adds to the start, fastest with less fastest without',
      value: added,
      unit: 'ms',
      samples: starts,
      bound: { text: '≤ 20 ms', holds: added <= 20 },
      note: `fastest ${Math.round(fastest(on))} and ${Math.round(fastest(off))} ms, p50 ${p50(on)} and ${p50(off)}.`,
    },
  ];
}

const bench: Bench = {
  name: 'update',
  run: async (run) => {
    const length = Math.round(120 * run.scale) * mega;
    const offered = await offer(run, length);
    run.say('the repository is made');
    const verified = await verifying(run, offered, length);
    const look = await looking(run, offered);
    run.say('starts follow');
    return [...verified, ...look, ...(await starting(run, offered))];
  },
};
export default bench;

/** A long log, made once and kept between runs: entries, tiles, checkpoints, actions and index as the product makes them. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Checkpoints, checkpointEvery } from '../../../src-main/core/audit/checkpoints.ts';
import { followLog } from '../../../src-main/core/audit/indexer.ts';
import { append } from '../../../src-main/core/audit/log.ts';
import type { OneTimeFile, OneTimeKeys } from '../../../src-main/core/audit/one-time-file.ts';
import { SessionSigners } from '../../../src-main/core/audit/session-signers.ts';
import { sign } from '../../../src-main/core/crypto/ed25519.ts';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { connect } from '../../../src-main/core/store/connect.ts';
import { currentHead } from '../../../src-main/core/store/head.ts';
import { closeStore, createStore, type Store } from '../../../src-main/core/store/open.ts';
import { encoded } from '../../../src-main/core/store/row.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { nextVersion, touchPart, withTransaction } from '../../../src-main/core/store/transaction.ts';
import { realDisk } from '../../../src-main/core/vault/disk.ts';
import { oneTimeFile } from '../../../src-main/core/vault/one-time-keys.ts';
import { loadClinic } from '../../fixtures/synthetic/load.ts';
import { benchClinic, benchClinicKey, benchKey } from '../clinic.ts';
import type { BenchRun } from '../figure.ts';
import { deviceId, deviceSigner, keyOf, origin } from './keys.ts';
import { type About, type Act, acts } from './mix.ts';

const made = z.object({ seconds: z.number(), indexSeconds: z.number(), entries: z.number() });
export type BenchLog = z.infer<typeof made> & {
  /** Closed; benches that write take a copy of it and of the key file. */
  readonly path: string;
  readonly keyFile: string;
  /** The clinic without the log. */
  readonly clinic: string;
};

export function keyFileAt(path: string): OneTimeFile {
  return oneTimeFile(realDisk, path, 'bench', keyOf('journal'), randomBytes);
}

/** Checkpoints as core wires them. Not begun yet. */
export function checkpointsOf(
  store: Store,
  file: OneTimeFile,
  sessions: SessionSigners,
  now: () => number = Date.now,
): Checkpoints {
  const report = (_: string, error: unknown): void => {
    throw error;
  };
  return new Checkpoints({ store, origin, file, device: deviceSigner, now, sessions, report });
}

export function beginSession(store: Store, sessions: SessionSigners, id: string, user: string, at: number): void {
  const keys = { userId: user, sign: (message: Uint8Array) => sign(keyOf(user), message) };
  sessions.begin(store, origin, { id, keys }, { at, roster: 1 });
}

/** Patients of the clinic in an order of their own. */
export function patientsOf(store: Store): About[] {
  return store
    .sql<[], { id: string; ref: Buffer }>('select id, audit_ref ref from patient order by id')
    .all()
    .map(({ id, ref }) => ({ id, ref: ref.toString('base64url') }));
}

/** What decides how such a log looks. */
function fingerprint(): string {
  const root = join(import.meta.dirname, '..', '..', '..');
  const hash = createHash('sha256');
  const audit = ['entry', 'checkpoint-note', 'checkpoints', 'sealed-detail', 'bitmap', 'index-store', 'indexer'];
  const files = [
    ...audit.map((name) => join(root, 'src-main', 'core', 'audit', `${name}.ts`)),
    join(root, 'src-main', 'core', 'store', 'migrations', '005-audit.ts'),
    join(root, 'src-main', 'core', 'vault', 'one-time-keys.ts'),
    join(import.meta.dirname, 'keys.ts'),
    join(import.meta.dirname, 'mix.ts'),
    import.meta.filename,
  ];
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 10);
}

/** The log of this size, from the cache or new. Older ones of the same size go. */
export function benchLog(run: BenchRun, entries: number, patients: number): BenchLog {
  const clinic = benchClinic(run, patients, 0).encrypted;
  const size = `audit-${entries}-${run.seed}`;
  const folder = join(run.cache, `${size}-${fingerprint()}`);
  const paths = { path: join(folder, 'db', 'carekeep-1.db'), keyFile: join(folder, 'audit-keys'), clinic };
  const facts = join(folder, 'made.json');
  if (!existsSync(folder)) {
    for (const old of readdirSync(run.cache)) {
      if (old.startsWith(`${size}-`)) rmSync(join(run.cache, old), { recursive: true });
    }
    run.say(`makes a log of ${entries.toLocaleString('en')} entries`);
    const making = join(run.cache, `making-${process.pid}`);
    mkdirSync(making, { recursive: true });
    const found = fill(run, making, entries, patients);
    writeFileSync(join(making, 'made.json'), JSON.stringify(found));
    renameSync(making, folder);
    run.say(`made in ${Math.round(found.seconds)} s, and indexed in ${Math.round(found.indexSeconds)} s`);
  }
  return { ...made.parse(JSON.parse(readFileSync(facts, 'utf8'))), ...paths };
}

/** The product never takes statistics, and those of a short log would have SQLite scan a long one. */
export function forgetStatistics(path: string): void {
  const db = connect({ path, key: benchKey });
  db.exec('drop table if exists sqlite_stat1; drop table if exists sqlite_stat4');
  db.close();
}

function fill(run: BenchRun, folder: string, entries: number, patients: number): z.infer<typeof made> {
  const path = join(folder, 'db', 'carekeep-1.db');
  const store = createStore({ path, key: benchKey, clinicKey: benchClinicKey, device: deviceId });
  // Only the result counts here, not that it survives a power cut half way.
  store.db.pragma('synchronous=OFF');
  store.db.pragma('journal_mode=MEMORY');
  loadClinic(store, { patients, resourcesPerPatient: 0, seed: run.seed });
  const from = performance.now();
  const held = heldKeys();
  const grower = new Grower(store, held.file);
  const begun = currentHead(store).frontier.size;
  let done = 0;
  let group: Act[] = [];
  const add = (): void => {
    grower.add(group);
    done += group.length;
    if (done % 500_000 < group.length && done > group.length) run.say(`${done.toLocaleString('en')} entries`);
    group = [];
  };
  for (const act of acts(run.seed, entries - begun, patientsOf(store))) {
    group.push(act);
    if (group.length === checkpointEvery) add();
  }
  add();
  const seconds = (performance.now() - from) / 1000;
  const indexed = performance.now();
  drain(followLog(store));
  const indexSeconds = (performance.now() - indexed) / 1000;
  grower.close();
  held.writeTo(keyFileAt(join(folder, 'audit-keys')));
  store.db.pragma('journal_mode=WAL');
  closeStore(store);
  return { seconds, indexSeconds, entries };
}

/** One-time keys in memory: 78,125 checkpoints do not wait for the disk twice each. */
function heldKeys(): { readonly file: OneTimeFile; writeTo(file: OneTimeFile): void } {
  let last: OneTimeKeys | undefined;
  const copied = ({ number, keys: [first, second] }: OneTimeKeys): OneTimeKeys => ({
    number,
    keys: [Buffer.from(first), Buffer.from(second)],
  });
  return {
    file: {
      read: () => last && copied(last),
      write: (keys) => {
        last = copied(keys);
      },
      fresh: () => randomBytes(32),
    },
    writeTo: (file) => {
      if (last === undefined) throw new Error('no checkpoint was taken');
      file.write(last);
    },
  };
}

/** Writes acts as the product writes entries, many to a transaction, and takes a checkpoint after each group. */
class Grower {
  readonly #store: Store;
  readonly #sessions = new SessionSigners();
  readonly #checkpoints: Checkpoints;
  #session: string | null = null;
  #at = 0;

  constructor(store: Store, file: OneTimeFile) {
    this.#store = store;
    this.#checkpoints = checkpointsOf(store, file, this.#sessions, () => this.#at);
    this.#checkpoints.begin('first');
    // The import's entries are there already: somebody answers for the chain.
    this.#checkpoints.acknowledge();
  }

  add(group: readonly Act[]): void {
    for (const { begins, at } of group) {
      if (begins === null) continue;
      beginSession(this.#store, this.#sessions, begins.session, begins.user, at);
      if (this.#session !== null) this.#sessions.end(this.#session);
      this.#session = begins.session;
    }
    withTransaction(this.#store, (tx) => {
      for (const { at, entry, wrote } of group) {
        this.#at = at;
        for (let row = 0; row < (wrote?.rows ?? 0) && wrote !== null; row += 1) {
          // The rows themselves are left out: the log says of them what it would.
          const mac = sha256(String(tx.head.frontier.size), String(row));
          const id = `018f0000-0000-7000-8000-${mac.toString('hex', 0, 6)}`;
          const op = nextVersion(tx);
          tx.commit.rows.push([id, 1, encoded(mac)]);
          touchPart(tx, wrote.patientId, 0, mac, 1);
          const { lamport } = tx.head;
          tx.commit.ops.push({
            id,
            type: 'Observation',
            version: 1,
            op,
            lamport,
            kind: 'create',
            patient: wrote.patientId,
          });
        }
        append({ ...tx, now: at }, entry);
      }
    });
    this.#checkpoints.take();
  }

  close(): void {
    this.#checkpoints.close();
    this.#sessions.close();
  }
}

/** A copy of the log that a bench may write to, with its key file beside it. */
export function copyOfLog(log: BenchLog, scratch: string, name: string): { path: string; keyFile: string } {
  const path = join(scratch, name, 'db', 'carekeep-1.db');
  const keyFile = join(scratch, name, 'audit-keys');
  mkdirSync(dirname(path), { recursive: true });
  cpSync(log.path, path);
  cpSync(log.keyFile, keyFile);
  return { path, keyFile };
}

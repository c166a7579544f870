/**
 * Pages of the encrypted file damaged, zeroed, swapped, cut off, or put back as they were earlier under the same key.
 * Each must be noticed by name when the record is opened, read or verified, and nothing may be deleted over it.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkHead, head, type LogHead } from '../../../src-main/core/audit/log.ts';
import { verifyStore } from '../../../src-main/core/audit/verify.ts';
import { sha256 } from '../../../src-main/core/crypto/hash.ts';
import { readChart } from '../../../src-main/core/store/chart.ts';
import { failureCode } from '../../../src-main/core/store/failure.ts';
import { closeStore, pageSize, type Store } from '../../../src-main/core/store/open.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { difference, dumpOf } from '../core/dump.ts';
import type { Dump } from '../core/messages.ts';
import { hold, type Kind } from '../kind.ts';
import { createPrng, type Prng } from '../prng.ts';
import { problemOf } from '../record/check.ts';
import { type Clinic, makeClinic, openClinic } from '../record/clinic.ts';
import { write } from '../record/writes.ts';

const damages = ['bytes', 'zero', 'swap', 'cut', 'older'] as const;
type Damage = (typeof damages)[number];

/**
 * Tables whose rows nothing vouches for: an older page of theirs is an older draft or screen state, which reading
 * cannot tell from a newer one. The promise is about rows with an entry and about the log itself. The search's `_idx`
 * holds hints where words begin: older hints lead to the same answers, only by a longer way.
 */
const unvouched =
  /^(draft|draft_by_author|user_state|snippet|recent_patient|outbox|resource_history|meta|sqlite_schema|patient_search_idx)$/;

type Prepared = {
  readonly clinic: Clinic;
  /** Where the log stood at the end, as the keychain knows it. */
  readonly known: LogHead;
  /** All rows at the end. */
  readonly content: Dump;
  readonly now: Buffer;
  readonly before: Buffer;
  /** Pages in use, from 1. */
  readonly live: readonly number[];
  /** Owner of each page in use. */
  readonly owners: ReadonlyMap<number, string>;
  /** Pages whose earlier state is another one and belongs to a table that is vouched for. */
  readonly changed: readonly number[];
};

function prepare(folder: string): Prepared {
  const random = createPrng(20_240_501);
  const clinic = makeClinic(folder, random, 40, 300);
  const before = readFileSync(clinic.path);
  const store = openClinic(clinic);
  const earlier = new Map(decrypted(store));
  for (let count = 0; count < 120; count += 1) {
    write(store, random, random.pick(['item', 'change', 'rename', 'end', 'note', 'patient'] as const));
  }
  const later = new Map(decrypted(store));
  const known = head(store);
  const content = dumpOf(store);
  closeStore(store);
  const now = readFileSync(clinic.path);
  const pages = now.length / pageSize;
  const changed = [...later]
    .filter(([page, owner]) => earlier.get(page) === owner && !unvouched.test(owner) && differs(before, now, page))
    .map(([page]) => page);
  return {
    clinic,
    known,
    content,
    now,
    before,
    live: [...later.keys()].filter((page) => page <= pages),
    owners: later,
    changed,
  };
}

/** Page number and owning table or index of every page in use. */
function decrypted(store: Store): [number, string][] {
  return store
    .sql<[], { page: number; name: string }>('select pageno page, name from dbstat')
    .all()
    .map(({ page, name }) => [page, name]);
}

function pageOf(file: Buffer, page: number): Buffer {
  return file.subarray((page - 1) * pageSize, page * pageSize);
}

function differs(before: Buffer, now: Buffer, page: number): boolean {
  return page * pageSize <= before.length && !pageOf(before, page).equals(pageOf(now, page));
}

type Damaged = {
  readonly file: Buffer /** What was done to which table or index, for the report. */;
  readonly done: string;
};

function damaged(prepared: Prepared, damage: Damage, random: Prng): Damaged {
  const file = Buffer.from(prepared.now);
  const number = random.pick(prepared.live);
  const page = pageOf(file, number);
  const done = `${damage} in ${prepared.owners.get(number)}`;
  switch (damage) {
    case 'bytes': {
      // Any bit counts: content, the page's IV, its HMAC, on page 1 the salt.
      for (let flips = random.between(1, 16); flips > 0; flips -= 1) {
        const at = random.below(pageSize);
        page[at] = (page[at] ?? 0) ^ random.between(1, 255);
      }
      return file.equals(prepared.now) ? damaged(prepared, damage, random) : { file, done };
    }
    case 'zero':
      page.fill(0);
      return { file, done };
    case 'swap': {
      const other = pageOf(file, random.pick(prepared.live));
      if (other.byteOffset === page.byteOffset) return damaged(prepared, damage, random);
      const held = Buffer.from(page);
      other.copy(page);
      held.copy(other);
      return { file, done };
    }
    case 'cut': {
      // At a page's end or anywhere; at least the last page in use goes.
      const last = Math.max(...prepared.live);
      const length = random.chance(0.5) ? random.below(last) * pageSize : random.below((last - 1) * pageSize);
      return { file: file.subarray(0, length), done: 'cut' };
    }
    case 'older': {
      const older = random.pick(prepared.changed);
      pageOf(prepared.before, older).copy(pageOf(file, older));
      return { file, done: `older page of ${prepared.owners.get(older)}` };
    }
  }
}

/** What the product notices as it opens the record, reads every chart and verifies; undefined when nothing. */
function noticed(store: Store, known: LogHead): string | undefined {
  const compared = checkHead(store, known);
  if (compared !== 'ok') return 'database-rolled-back';
  for (const { id } of store.sql<[], { id: string }>('select id from patient order by ord').all()) readChart(store, id);
  return drain(verifyStore(store)).problem?.code;
}

/** The same with the harness's own look behind it. */
type Finding = {
  readonly by: 'product' | 'harness' | 'nobody';
  readonly name: string;
  /** Code of what was thrown. */
  readonly thrown?: string;
  /** Nobody noticed, and there was nothing to notice: every row and every index is as before. */
  readonly same?: boolean;
};

function found(clinic: Clinic, known: LogHead, content: Dump): Finding {
  let store: Store | undefined;
  try {
    store = openClinic(clinic);
    const name = noticed(store, known);
    if (name !== undefined) return { by: 'product', name };
    const missed = problemOf(store);
    return missed === undefined
      ? { by: 'nobody', name: '', same: difference(content, dumpOf(store)).length === 0 }
      : { by: 'harness', name: missed };
  } catch (error) {
    const code = error instanceof CallError ? error.value.code : failureCode(error);
    if (code === undefined) throw error;
    return { by: 'product', name: code, thrown: code };
  } finally {
    store?.db.close();
  }
}

const openingNames = new Set([
  'database-damaged',
  'database-foreign',
  'database-rolled-back',
  'record-damaged',
  'database-missing',
]);

function play(prepared: Prepared, folder: string, damage: Damage, random: Prng): void {
  const path = join(folder, 'db', 'carekeep-1.db');
  mkdirSync(dirname(path), { recursive: true });
  const { file, done } = damaged(prepared, damage, random);
  writeFileSync(path, file);
  const { by, name, thrown, same } = found({ ...prepared.clinic, path }, prepared.known, prepared.content);
  // A page that was written again with the same rows in it: its older state is no damage. Another one is drawn.
  if (same === true) {
    play(prepared, folder, damage, random);
    return;
  }
  hold(by !== 'nobody', `${done}: nobody noticed`);
  hold(by === 'product', `${done}: only the harness noticed (${name})`);
  // What verification says is of a closed list by its type; what opening and reading throw is checked here.
  hold(thrown === undefined || openingNames.has(thrown), `${done}: noticed under a wrong name (${thrown})`);
  hold(existsSync(path), `${done}: the file is gone`);
  const after = readFileSync(path);
  hold(sha256(after).equals(sha256(file)), `${done}: the file was changed over it`);
  const wal = `${path}-wal`;
  hold(!existsSync(wal) || statSync(wal).size === 0, `${done}: something was written to it`);
}

const kind: Kind = {
  name: 'pages',
  full: 300,
  async run(run) {
    const home = join(run.scratch, 'clinic');
    const prepared = prepare(home);
    const whole = join(run.scratch, 'whole');
    mkdirSync(join(whole, 'db'), { recursive: true });
    copyFileSync(prepared.clinic.path, join(whole, 'db', 'carekeep-1.db'));
    const clean = found(
      { ...prepared.clinic, path: join(whole, 'db', 'carekeep-1.db') },
      prepared.known,
      prepared.content,
    );
    hold(clean.by === 'nobody', `an undamaged clinic is called damaged (${clean.name})`);
    for (const seed of run.seeds) {
      await run.trial(seed, async (random) => {
        const folder = join(run.scratch, `trial-${seed}`);
        try {
          play(prepared, folder, damages[seed % damages.length] ?? 'bytes', random);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
    }
  },
};
export default kind;

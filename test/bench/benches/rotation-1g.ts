/** The database under a new key, checked, beside `VACUUM INTO` alone of the same file. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { append } from '../../../src-main/core/audit/log.ts';
import { makeDatabase } from '../../../src-main/core/keys/make-database.ts';
import { connect } from '../../../src-main/core/store/connect.ts';
import { closeStore, createStore } from '../../../src-main/core/store/open.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { benchClinicKey, benchKey } from '../clinic.ts';
import type { Bench } from '../figure.ts';
import { inTurnAsync, median } from '../measure.ts';

const gibibyte = 1024 ** 3;
const rounds = 3;
const atATime = 2000;

/** Rows of JSON text of the lengths that resources have, in a table with an index, until the file has that size. */
function fill(path: string, bytes: number): void {
  const store = createStore({ path, key: benchKey, clinicKey: benchClinicKey, device: 'bench' });
  store.db.pragma('synchronous=OFF');
  store.db.pragma('wal_autocheckpoint=50000');
  const agent = { user: null, roles: [], session: null };
  withTransaction(store, (tx) =>
    append(tx, { type: 'setup.completed', outcome: 0, agent, purpose: 'HOPERAT', origin: 'core' }),
  );
  const insert = store.sql<[number, number, string, string]>(
    "insert into envelope (batch, file, type, json, rows) values (?, ?, 'Bundle', ?, ?)",
  );
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(160);
  const pages = (): number => Number(store.db.pragma('page_count', { simple: true }));
  for (let row = 0; pages() * 4096 < bytes; ) {
    withTransaction(store, () => {
      for (let count = 0; count < atATime; count += 1) {
        row += 1;
        insert.run(row % 97, row, text.slice(0, 400 + ((row * 7919) % 6000)), '[]');
      }
    });
  }
  closeStore(store);
}

const bench: Bench = {
  name: 'rotation-1g',
  run: async (run) => {
    const bytes = Math.max(16 * 1024 * 1024, gibibyte * run.scale);
    const folder = join(run.scratch, 'db');
    mkdirSync(folder, { recursive: true });
    const from = join(folder, 'carekeep-1.db');
    run.say(`makes a database of ${Math.round(bytes / 1024 ** 2)} MiB`);
    fill(from, bytes);
    const megabytes = statSync(from).size / 1e6;
    const copy = join(folder, 'vacuumed.db');
    const to = join(folder, 'carekeep-2.db.making');
    const vacuum = async (): Promise<void> => {
      rmSync(copy, { force: true });
      const db = connect({ path: from, key: benchKey });
      db.prepare('vacuum into ?').run(copy);
      db.close();
    };
    const nextKey = Buffer.alloc(32, 0x3c);
    const rotate = async (): Promise<void> => {
      const { made, ended } = makeDatabase(
        { from, to, key: benchKey, nextKey },
        { signal: new AbortController().signal, onProgress: () => undefined },
      );
      await made;
      await ended;
    };
    const [alone = [], whole = []] = await inTurnAsync(rounds, [vacuum, rotate]);
    const ratio = median(alone) / median(whole);
    return [
      {
        name: `database of ${Math.round(megabytes)} MB rotated and checked, against VACUUM INTO alone`,
        value: ratio,
        unit: '×',
        samples: rounds,
        bound: { text: '≥ 0.4×', holds: ratio >= 0.4 },
      },
      {
        name: 'the same, p50',
        value: median(whole),
        unit: 'ms',
        samples: rounds,
        limit: { name: 'VACUUM INTO alone', value: median(alone), ratio },
      },
    ];
  },
};
export default bench;

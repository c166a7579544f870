import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startEmbedded } from '../../../src-backend/postgres/embedded.ts';
import { database } from '../../../src-backend/postgres/roles.ts';
import { openPool } from '../../../src-backend/store/connection.ts';
import { migrate } from '../../../src-backend/store/migrate.ts';

const folder = mkdtempSync(join(tmpdir(), 'carekeep-sees-'));
chmodSync(folder, 0o711);
after(() => rmSync(folder, { recursive: true, force: true }));
const page = readFileSync(join(import.meta.dirname, '../../../docs/what-the-backend-sees.md'), 'utf8');

test('the page for patients names every column of every table, and none that is not there', async () => {
  const postgres = await startEmbedded(folder);
  const owner = openPool(postgres.owner, { most: 2 });
  const all = openPool({ ...postgres.administrator, database }, { most: 1 });
  try {
    await migrate(owner, postgres.service.user);
    const { rows } = await all.query<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const columns = rows.map(({ name }) => name);
    assert.ok(columns.length > 50);
    const named = [...page.matchAll(/`([a-z_]+\.[a-z_0-9]+)`/g)].map(([, name]) => name).sort();
    assert.deepEqual([...new Set(named)], [...columns].sort());
  } finally {
    await all.end();
    await owner.end();
    await postgres.stop();
  }
});

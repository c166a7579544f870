/** All systems, twice each: packed against a stand-in, sound, and alike to the byte and the second. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { check } from '../../resources/package/check.ts';
import { targets } from '../../resources/package/contents.ts';
import { pack } from '../../resources/package/pack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folder = mkdtempSync(join(tmpdir(), 'carekeep-packages-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Every file's name, mode, time and hash. */
function fingerprint(place: string): string {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const { mode, mtimeMs } = lstatSync(file);
      const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
      return `${file.slice(place.length)} ${mode} ${mtimeMs} ${hash}`;
    })
    .sort()
    .join('\n');
}

for (const target of targets) {
  test(`${target.platform}-${target.arch}`, { timeout: 120_000 }, async () => {
    const prints: string[] = [];
    for (const out of ['one', 'two']) {
      const packed = await pack({
        root,
        target,
        out: join(folder, out),
        kinds: [],
        anchor: undefined,
        standIn: true,
        environment: { SOURCE_DATE_EPOCH: '1700000000' },
      });
      assert.deepEqual((await check(target, packed.folder)).faults, []);
      prints.push(fingerprint(packed.folder));
      rmSync(packed.folder, { recursive: true });
    }
    assert.equal(prints[1], prints[0]);
  });
}

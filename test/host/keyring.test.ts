/** The named states of the system's keychain, as the module that the application uses shows them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { deadBus, startKeyring } from './keyring.ts';

const script = `
  import { Entry } from '@napi-rs/keyring';
  const [, word] = process.argv;
  try {
    const entry = new Entry('carekeep-test', 'item', { linux: { store: 'secret-service' } });
    if (word !== undefined) entry.setPassword(word);
    console.log(JSON.stringify(entry.getPassword()));
  } catch (error) {
    console.log(JSON.stringify(String(error.message).includes('dismissed') ? 'LOCKED' : 'ABSENT'));
  }`;

/** The item's value in that keyring, 'LOCKED' or 'ABSENT'; writes `word` first when it is given. */
async function item(env: Readonly<Record<string, string>>, word?: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script, ...(word === undefined ? [] : [word])],
    { env: { ...process.env, ...env } },
  );
  return JSON.parse(stdout);
}

describe('a keyring of its own', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'carekeep-keyring-test-'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('keeps its items from one start to the next, for the same password only', async () => {
    const first = await startKeyring({ dir, password: 'one' });
    assert.equal(await item(first.env), null);
    assert.equal(await item(first.env, 'kept'), 'kept');
    await first.stop();
    const again = await startKeyring({ dir, password: 'one' });
    assert.equal(await item(again.env), 'kept');
    await again.lock();
    assert.equal(await item(again.env), 'LOCKED');
    await again.stop();
    for (const options of [{ dir, password: 'other' }, { dir }]) {
      const locked = await startKeyring(options);
      assert.equal(await item(locked.env), 'LOCKED');
      await locked.stop();
    }
  });
  it('does not see another', async () => {
    const [one, two] = await Promise.all(
      ['a', 'b'].map((name) => startKeyring({ dir: join(dir, name), password: name })),
    );
    assert.ok(one && two);
    assert.equal(await item(one.env, 'of one'), 'of one');
    assert.equal(await item(two.env), null);
    await Promise.all([one.stop(), two.stop()]);
  });
  it('can be absent', async () => {
    assert.equal(await item(deadBus), 'ABSENT');
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeFolder } from '../unit/update/repository.ts';
import { clinicCa, Mirror } from '../unit/update/server.ts';
import { spoiltPages, UpdateStage } from './update-stage.ts';

/** The database and what it needs, as hashes. */
function databaseOf(folder: string): string[] {
  const names = readdirSync(join(folder, 'db')).filter((name) => /^carekeep-\d+\.db(-wal)?$/.test(name));
  return names.map((name) =>
    createHash('sha256')
      .update(readFileSync(join(folder, 'db', name)))
      .digest('hex'),
  );
}

describe('an update', { timeout: 120_000 }, () => {
  let stage: UpdateStage;
  before(async () => {
    stage = await UpdateStage.start();
  });
  after(() => stage.stop());

  it('from a folder is brought, installed, tried and kept', async () => {
    stage.offer('1.1.0');
    const share = join(stage.folder, 'share');
    writeFolder(stage.repository.files, share);
    stage.policy({ updateSource: share });
    await stage.open();
    await stage.setUp();
    await stage.phase('idle');
    await stage.call('updates.check', {});
    const { state } = await stage.phase('ready');
    assert.equal(state.offer?.version, '1.1.0');
    assert.equal((await stage.tell('updates.install', { version: '1.3.0' })).ok, false);
    await stage.call('updates.install', { version: '1.1.0' });
    await stage.again();
    assert.equal(stage.version(), '1.1.0');
    await stage.phase('trial');
    await stage.signIn();
    assert.equal((await stage.phase('kept')).version, '1.1.0');
    assert.equal(await stage.patients(), 1);
    assert.equal(stage.journal().install?.state, 'kept');
    const codes = await stage.logged();
    for (const code of ['update.checked', 'update.installed', 'update.anchored', 'update.kept']) {
      assert.ok(codes.includes(code), code);
    }
  });

  it('from a clinic’s own server goes back when it fails at the first sign-in, with the old database byte for byte', async () => {
    stage.offer('1.2.0', spoiltPages);
    const mirror = await Mirror.start(stage.repository.files);
    try {
      stage.policy({ updateSource: mirror.address, updateCa: clinicCa });
      await stage.app.close();
      await stage.open();
      await stage.signIn();
      await stage.phase('idle');
      await stage.call('updates.check', {});
      await stage.phase('ready');
      await stage.call('updates.install', { version: '1.2.0' });
    } finally {
      await stage.app.exit;
      await mirror.stop();
    }
    const before = databaseOf(stage.profile);
    await stage.again();
    assert.equal(stage.version(), '1.2.0');
    await stage.phase('trial');
    const refused = await stage.signInAnswer();
    assert.equal(refused, 'update-failed');
    assert.equal((await stage.phase('failed')).state.fellBackFrom, '1.2.0');
    await stage.app.exit;
    assert.equal(stage.version(), '1.1.0');
    await stage.again();
    assert.deepEqual(databaseOf(stage.profile), before);
    const { state, version } = await stage.phase('fell-back');
    assert.deepEqual([version, state.fellBackFrom], ['1.1.0', '1.2.0']);
    await stage.signIn();
    assert.equal(await stage.patients(), 1);
    assert.deepEqual(stage.journal().failed, ['1.2.0']);
    assert.ok((await stage.logged()).includes('update.fell-back'));
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PolicyFileError, readOwnedFile } from '../../../src-main/policy/owned-file.ts';

const own = process.getuid?.() ?? 0;
const owners = [0, own];

describe('a file that only administrators can have written', () => {
  let dir = '';
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'policy-owner-'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const place = (name: string, mode = 0o644, bytes = '{}'): string => {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    chmodSync(path, mode);
    return path;
  };
  const folder = (name: string, mode: number): string => {
    const path = join(dir, name);
    mkdirSync(path);
    chmodSync(path, mode);
    return path;
  };
  const read = (path: string, who: readonly number[] | null = owners, limit = 100) =>
    readOwnedFile(path, { owners: who, limit });
  const refused = (path: string, code: string, who?: readonly number[]): void => {
    assert.throws(
      () => read(path, who),
      (error: unknown) => error instanceof PolicyFileError && error.code === code,
      path,
    );
  };

  it('is read', () => {
    assert.equal(read(place('fine'))?.toString(), '{}');
    assert.equal(read(place('private', 0o600))?.toString(), '{}');
  });

  it('is none where nothing lies', () => {
    assert.equal(read(join(dir, 'none')), null);
    assert.equal(read(join(dir, 'none/below')), null);
    assert.equal(read(join(place('a-file'), 'below')), null);
  });

  it('is not one that others may write, or own', () => {
    refused(place('group', 0o664), 'policy-owner');
    refused(place('all', 0o646), 'policy-owner');
    refused(place('owned'), 'policy-owner', [own + 1]);
  });

  it('is not one in a folder where others may put another', () => {
    const shared = folder('shared', 0o777);
    writeFileSync(join(shared, 'p'), '{}', { mode: 0o644 });
    refused(join(shared, 'p'), 'policy-owner');
    mkdirSync(join(shared, 'below'), { mode: 0o755 });
    writeFileSync(join(shared, 'below/p'), '{}', { mode: 0o644 });
    refused(join(shared, 'below/p'), 'policy-owner');
  });

  it('may lie in a sticky folder: nobody replaces what is another’s there', () => {
    const sticky = folder('sticky', 0o1777);
    writeFileSync(join(sticky, 'p'), '{}', { mode: 0o644 });
    assert.equal(read(join(sticky, 'p'))?.toString(), '{}');
  });

  it('is found over links, and every place on their way is looked at', () => {
    const target = place('target');
    symlinkSync(target, join(dir, 'link'));
    assert.equal(read(join(dir, 'link'))?.toString(), '{}');
    symlinkSync('link', join(dir, 'second'));
    assert.equal(read(join(dir, 'second'))?.toString(), '{}');
    // a folder of everybody's holds a link to the good file: tomorrow it points elsewhere
    const open = folder('open', 0o777);
    symlinkSync(target, join(open, 'hop'));
    symlinkSync(join(open, 'hop'), join(dir, 'over'));
    refused(join(dir, 'over'), 'policy-owner');
    symlinkSync(open, join(dir, 'folder-link'));
    writeFileSync(join(open, 'p'), '{}', { mode: 0o644 });
    refused(join(dir, 'folder-link/p'), 'policy-owner');
    refused(`${dir}/folder-link/../target`, 'policy-owner');
  });

  it('does not follow links in a circle, nor wait at a pipe, nor take a folder', () => {
    symlinkSync('round', join(dir, 'round'));
    refused(join(dir, 'round'), 'policy-owner');
    execFileSync('mkfifo', ['-m', '644', join(dir, 'pipe')]);
    refused(join(dir, 'pipe'), 'policy-unreadable');
    refused(folder('a-folder', 0o755), 'policy-unreadable');
    refused('policies.json', 'policy-unreadable');
  });

  it('has a limit', () => {
    assert.equal(read(place('just', 0o644, 'x'.repeat(100)))?.length, 100);
    refused(place('more', 0o644, 'x'.repeat(101)), 'policy-too-large');
  });

  it('is not walked to where the system has no user ids', () => {
    assert.equal(read(place('windows', 0o666), null)?.toString(), '{}');
  });
});

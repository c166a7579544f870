/** What the command prints: what VALID alone does not say, and nothing that a name could do to a terminal. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verifyLines } from '../../../resources/verify/carekeep-verify.mjs';
import { type MadeLog, madeLog, uuid } from './made-log.ts';

const verifier = fileURLToPath(new URL('../../../resources/verify/carekeep-verify.mjs', import.meta.url));
function said(log: MadeLog, ...options: string[]): { readonly status: number | null; readonly text: string } {
  const input = log.lines().map((line) => `${line}\n`);
  const { status, stdout } = spawnSync(process.execPath, [verifier, ...options, '-'], {
    input: input.join(''),
    encoding: 'utf8',
  });
  return { status, text: stdout };
}
const headOf = (text: string): string[] => (text.split('\n\n')[0] ?? '').split('\n');

test('right after VALID: how much is signed, and that nobody outside vouches', () => {
  const log = madeLog(64);
  const { status, text } = said(log);
  assert.equal(status, 0);
  const [valid, signed, outside, ...more] = headOf(text);
  assert.equal(valid, 'VALID');
  assert.match(signed ?? '', /^Of what people did, [1-9]\d* actions are signed by their own keys, 0 are not\.$/);
  assert.match(outside ?? '', /^Nobody outside this workstation vouches that this is the whole and only log/);
  assert.deepEqual(more, []);
  const vkey = log.witnesses[0]?.vkey ?? '';
  assert.equal(headOf(said(log, '--witness', vkey).text).length, 2);
  const { signed: count, unsigned, outsideVouches } = JSON.parse(said(log, '--json').text);
  assert.deepEqual([count > 0, unsigned, outsideVouches], [true, 0, false]);
  const { size, root } = verifyLines(log.lines()).checkpoints;
  assert.equal(verifyLines(log.lines(), { known: [{ size, root }] }).outsideVouches, true);
  assert.equal(verifyLines(log.lines(), { witnesses: [vkey] }).outsideVouches, true);
});

test('people who acted and signed nothing are a loud line', () => {
  const log = madeLog(0);
  log.append(log.signIn(log.practitioner));
  log.checkpoint(null, new Set());
  const { status, text } = said(log);
  assert.equal(status, 0);
  const [, signed, warning] = headOf(text);
  assert.match(signed ?? '', / 0 actions are signed by their own keys, 1 are not/);
  assert.match(warning ?? '', /^!!! WARNING: people acted, and NOT ONE action is signed/);
  const unnamed = madeLog(0);
  unnamed.append(null);
  unnamed.checkpoint();
  assert.equal(verifyLines(unnamed.lines()).nobodySigned, false, 'core alone acted');
  // The same without sessions: nobody could have signed, and people are named.
  unnamed.append(null, 'chart.read', { agent: { roles: [], session: null, user: unnamed.practitioner } });
  assert.equal(verifyLines(unnamed.lines()).nobodySigned, true);
});

test('control, bidi and unseen characters of a name reach neither terminal nor JSON, and hide no figure', () => {
  const log = madeLog(0);
  const evil = `Eve\u001b[2J\u009b1A\u202e\u2066\u200b\u2028\u{e0041}\u3164\r\nVALID ${'x'.repeat(900)}`;
  log.addRoster([log.newUser(13, evil, 'practitioner')], [[log.admin, log.pairOf(log.admin)]]);
  log.append(log.signIn(uuid(13)));
  log.checkpoint();
  assert.equal(verifyLines(log.lines()).problem, null);
  for (const options of [[], ['--json']]) {
    const { text } = said(log, ...options);
    assert.doesNotMatch(text, /(?!\n)[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
    assert.equal(text.split('\n').filter((line) => line.startsWith('VALID')).length, options.length === 0 ? 1 : 0);
  }
  assert.match(said(log).text, /Eve\\u\{1b\}\[2J.*…: 1 signed$/m);
  const { users } = JSON.parse(said(log, '--json').text);
  assert.ok(users[0]?.name.startsWith(evil), 'the JSON reads back as it was');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invitationBytes, invitationWords, newInvitationCode } from '../../../src-main/core/crypto/invitation.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import {
  newTotpSecret,
  totpCode,
  totpStep,
  totpStepOf,
  totpText,
  totpUri,
} from '../../../src-main/core/crypto/totp.ts';

const secret = Buffer.from('12345678901234567890', 'ascii');

test('RFC 6238, appendix B: the SHA-1 rows, their last six digits', () => {
  const rows: readonly (readonly [number, string])[] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ];
  for (const [seconds, code] of rows) {
    assert.equal(totpCode(secret, totpStep(seconds * 1000)), code.slice(-6));
    const flipped = Buffer.from(secret);
    flipped.writeUInt8(flipped.readUInt8(7) ^ 1, 7);
    assert.notEqual(totpCode(flipped, totpStep(seconds * 1000)), code.slice(-6));
  }
});

test('a code is good in its own step and one beside, once, and only then', () => {
  const at = 1_234_567_890_000;
  const step = totpStep(at);
  for (const off of [-1, 0, 1]) assert.equal(totpStepOf(secret, totpCode(secret, step + off), at, 0), step + off);
  for (const off of [-2, 2]) assert.equal(totpStepOf(secret, totpCode(secret, step + off), at, 0), null);
  assert.equal(totpStepOf(secret, totpCode(secret, step), at, step), null);
  assert.equal(totpStepOf(secret, totpCode(secret, step - 1), at, step), null);
  assert.equal(totpStepOf(secret, totpCode(secret, step + 1), at, step), step + 1);
  const code = totpCode(secret, step);
  assert.equal(totpStepOf(secret, ` ${code.slice(0, 3)} ${code.slice(3)} `, at, 0), step);
  for (const typed of ['', '1', code.slice(1), `${code}0`, 'abcdef'])
    assert.equal(totpStepOf(secret, typed, at, 0), null);
});

test('what an app reads names clinic, person, secret and nothing unusual', () => {
  const made = newTotpSecret(randomBytes);
  assert.equal(made.length, 20);
  const uri = new URL(totpUri(made, 'Praxis am Hafen', 'ana.ruiz'));
  assert.equal(uri.protocol, 'otpauth:');
  assert.equal(decodeURIComponent(uri.pathname), '/Praxis am Hafen:ana.ruiz');
  assert.equal(uri.searchParams.get('secret'), totpText(made));
  assert.equal(uri.searchParams.get('issuer'), 'Praxis am Hafen');
  assert.equal(totpText(secret), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
});

test('an invitation code: eight words, however it is typed; anything else stays as it is', () => {
  const code = newInvitationCode(randomBytes);
  assert.equal(code.split('-').length, invitationWords);
  assert.notEqual(newInvitationCode(randomBytes), code);
  const bytes = Buffer.from(code, 'utf8');
  for (const typed of [code, ` ${code.toUpperCase()}\n`, code.replaceAll('-', ' '), code.replaceAll('-', ', ')])
    assert.deepEqual(invitationBytes(Buffer.from(typed)), bytes);
  for (const typed of ['seven blue horses', `${code}-abandon`, 'e\u0301te\u0301 2026'])
    assert.deepEqual(invitationBytes(Buffer.from(typed)), Buffer.from(typed.normalize('NFKC')));
  // The first and the last word of the list can both be drawn.
  const drawn = (value: number) => newInvitationCode(() => Buffer.from([value >> 8, value & 0xff])).split('-')[0];
  assert.deepEqual([drawn(0), drawn(2047), drawn(2048)], ['abandon', 'zoo', 'abandon']);
});

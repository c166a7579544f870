import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scanner } from '../../faults/plaintext/scan.ts';

const text = 'Zqvx Jürgen O’Weiß 1917';
const id = '0199f0aa-5b7c-7d21-8e11-0a0b0c0d0e0f';
const scanner = () =>
  new Scanner([
    { name: 'name', text },
    { name: 'id', text: id },
  ]);
const around = (bytes: Buffer) => Buffer.concat([Buffer.from('some\0 bytes '), bytes, Buffer.from([0xff, 0, 0x31])]);

test('a text is found in every spelling', () => {
  const utf16 = Buffer.from(text, 'utf16le');
  const spelled = {
    plain: Buffer.from(text),
    upper: Buffer.from(text.toUpperCase()),
    decomposed: Buffer.from(text.normalize('NFD')),
    utf16,
    'utf16 big': Buffer.from(utf16).swap16(),
    hex: Buffer.from(Buffer.from(text).toString('hex').toUpperCase()),
    JSON: Buffer.from('Zqvx J\\u00fcrgen O\\u2019Wei\\u00df 1917'),
    URL: Buffer.from(encodeURIComponent(text)),
    'base64, first': Buffer.from(Buffer.from(text).toString('base64')),
    'base64, second': Buffer.from(Buffer.from(`x${text} and more`).toString('base64')),
    'base64, third': Buffer.from(Buffer.from(`xy${text}!`).toString('base64url')),
    'id as bytes': Buffer.from(id.replaceAll('-', ''), 'hex'),
    'id in capitals': Buffer.from(id.toUpperCase()),
  };
  for (const [name, bytes] of Object.entries(spelled)) {
    assert.notEqual(scanner().find(around(bytes), 'here').length, 0, name);
  }
});

test('nothing is found where nothing is, and a report never holds the text', () => {
  assert.deepEqual(scanner().find(Buffer.from('Zqvx Jürgen O’Weis 1917'), 'here'), []);
  const [hit] = scanner().find(Buffer.from(text), 'here');
  assert.deepEqual(hit, { marker: 'name', spelling: 'utf-8', where: 'here' });
});

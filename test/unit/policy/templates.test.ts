/** Templates and examples for IT staff: all names, nothing beside, and each example fits the schema. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import simplePlist from 'simple-plist';
import { appId } from '../../../resources/package/config.ts';
import { policyFiles } from '../../../resources/policies/make.ts';
import { parseJsonPolicy } from '../../../src-main/policy/json-file.ts';
import { type Given, judge } from '../../../src-main/policy/judge.ts';
import { bundleId } from '../../../src-main/policy/places.ts';
import { parsePlist } from '../../../src-main/policy/plist.ts';
import { parseProfile } from '../../../src-main/policy/profile.ts';
import { parseRegistry } from '../../../src-main/policy/registry.ts';
import { policySchema } from '../../../src-shared/policy/policy.ts';

const root = join(import.meta.dirname, '../../..');
const names = Object.keys(policySchema.shape);
const folder = join(root, 'resources/policies');
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
const matches = (from: string, pattern: RegExp): string[] => [...from.matchAll(pattern)].map(([, found = '']) => found);

/** Every tag that opens closes, in order. */
function demandWellFormed(xml: string): void {
  const open: string[] = [];
  for (const [, end, name = '', own] of xml
    .replace(/<\?.*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>/g, '')
    .matchAll(/<(\/?)([A-Za-z]+)(?:\s+[A-Za-z:]+="[^"<]*")*\s*(\/?)>/g)) {
    if (end === '/') assert.equal(open.pop(), name);
    else if (own !== '/') open.push(name);
  }
  assert.deepEqual(open, []);
  const rest = xml.replace(/<[^<>]*>/g, '');
  assert.equal(/[<>]|&(?!(?:amp|lt|gt|quot);)/.test(rest), false);
}

function demandWhole(given: Given | null): void {
  assert.ok(given !== null);
  const { policy, problems } = judge('file', given);
  assert.deepEqual(problems, []);
  assert.deepEqual(Object.keys(policy), names);
}

/** A .reg as `reg query … /se |` would print it after the import. */
function printed(reg: string): Buffer {
  const unquoted = (value: string): string => value.slice(1, -1).replace(/\\(.)/g, '$1');
  const lines = matches(reg, /^("\w+"=.*)\r$/gm).map((line) => {
    const [, name = '', value = ''] = /^"(\w+)"=(.*)$/.exec(line) ?? [];
    if (value.startsWith('dword:'))
      return `    ${name}    REG_DWORD    0x${Number.parseInt(value.slice(6), 16).toString(16)}`;
    if (value.startsWith('"')) return `    ${name}    REG_SZ    ${unquoted(value)}`;
    const bytes = Buffer.from(value.replace('hex(7):', '').replaceAll(',', ''), 'hex').toString('utf16le');
    return `    ${name}    REG_MULTI_SZ    ${bytes.split('\0').slice(0, -2).join('|')}`;
  });
  return Buffer.from(`\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Carekeep\r\n${lines.join('\r\n')}\r\n`);
}

describe('templates and examples of policies', () => {
  it('are what the schema and the words make', () => {
    for (const [name, made] of policyFiles()) assert.equal(text(name), made, `${name}: run npm run docs`);
  });

  it('put every policy where the registry is read, and have its words in every language', () => {
    const admx = text('carekeep.admx');
    demandWellFormed(admx);
    assert.deepEqual(matches(admx, /<policy name="(\w+)"/g), names);
    assert.deepEqual(matches(admx, /valueName="(\w+)"/g), names);
    assert.deepEqual([...new Set(matches(admx, /key="([^"]+)"/g))], ['SOFTWARE\\Policies\\Carekeep']);
    const ids = matches(admx, / id="(\w+)"/g);
    for (const language of ['en-US', 'de-DE', 'fr-FR', 'es-ES']) {
      const adml = text(`${language}/carekeep.adml`);
      demandWellFormed(adml);
      const words = matches(adml, /<string id="(\w+)">/g);
      assert.deepEqual([...new Set(matches(admx, /\$\(string\.(\w+)\)/g))].sort(), [...words].sort(), language);
      const presentations = matches(adml, /<presentation id="(\w+)">/g);
      assert.deepEqual(presentations, matches(admx, /\$\(presentation\.(\w+)\)/g), language);
      assert.deepEqual(matches(adml, /refId="(\w+)"/g), ids, language);
    }
  });

  it('the file fits the schema with every name', () =>
    demandWhole(parseJsonPolicy(Buffer.from(text('policies.json')))));

  it('the .reg fits it once it is imported', () => demandWhole(parseRegistry(printed(text('carekeep.reg')))));

  it('the macOS profile fits it once it is installed', () => {
    const profile = text('carekeep.mobileconfig');
    demandWellFormed(profile);
    const whole: unknown = parsePlist(Buffer.from(profile));
    const found: unknown[] = [];
    JSON.stringify(whole, (key, value: unknown) => {
      if (key === 'mcx_preference_settings') found.push(value);
      return value;
    });
    assert.equal(found.length, 1);
    const settings = /<key>mcx_preference_settings<\/key>\s*(<dict>[\s\S]*?<\/dict>)/.exec(profile)?.[1] ?? '';
    demandWhole(parseProfile(Buffer.from(`<plist version="1.0">${settings}</plist>`), parsePlist));
    assert.ok(profile.includes(`<key>${bundleId}</key>`));
    assert.equal(bundleId, appId);
    assert.ok(simplePlist.bplistCreator(found[0] ?? {}).length > 0);
  });

  it('the guide names every policy', () => {
    const guide = readFileSync(join(root, 'docs/guides/policies.md'), 'utf8');
    assert.deepEqual(
      names.filter((name) => !guide.includes(`| \`${name}\` |`)),
      [],
    );
  });
});

/** Which package is offered where: docs/protocols/update.md, "Which one is offered". */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidates, choose, takenIn } from '../../../src-main/update/choose.ts';
import type { Here } from '../../../src-main/update/seam.ts';
import { type TargetCustom, targetFileName } from '../../../src-shared/updates/target.ts';
import { custom } from './repository.ts';
import { here } from './workstation.ts';

type Listed = Parameters<typeof candidates>[0];

function listed(...all: readonly TargetCustom[]): Listed {
  const suffix = { nsis: 'exe', deb: 'deb', appimage: 'AppImage', zip: 'zip' } as const;
  return Object.fromEntries(
    all.map((about, at) => [
      `${about.channel}/${about.platform}/${about.arch}/carekeep-${at}.${suffix[about.package]}`,
      { length: 10 + at, hashes: { sha512: at.toString(16).padStart(128, '0') }, custom: about },
    ]),
  );
}

const offeredTo = (more: Partial<Here>, highest: string, ...all: readonly TargetCustom[]) =>
  choose(candidates(listed(...all)), { ...here, ...more }, highest).found?.offer.version ?? null;

test('the highest version above the running one, by the rules of Semantic Versioning', () => {
  const versions = ['1.2.0', '1.10.0', '1.9.9', '0.9.0', '1.10.0-beta.2'].map((version) => custom(version));
  assert.equal(offeredTo({}, '1.0.0', ...versions), '1.10.0');
  assert.equal(offeredTo({ version: '1.10.0' }, '1.0.0', ...versions), null);
  assert.equal(offeredTo({ version: '1.10.0-beta.1' }, '1.0.0', custom('1.10.0-beta.2')), '1.10.0-beta.2');
});

test('nothing below what was found well here before, nothing that failed here', () => {
  const versions = ['1.2.0', '1.3.0'].map((version) => custom(version));
  assert.equal(offeredTo({}, '1.4.0', ...versions), null);
  assert.equal(offeredTo({}, '1.3.0', ...versions), '1.3.0');
  assert.equal(offeredTo({ failed: ['1.3.0'] }, '1.0.0', ...versions), '1.2.0');
});

test('only this platform, arch, channel and kind of package', () => {
  const all = [
    custom('1.9.1', { platform: 'win32', package: 'nsis' }),
    custom('1.9.2', { arch: 'arm64' }),
    custom('1.9.3', { channel: 'beta' }),
    custom('1.9.4', { package: 'appimage' }),
    custom('1.1.0'),
  ];
  assert.equal(offeredTo({}, '1.0.0', ...all), '1.1.0');
  assert.equal(offeredTo({ channel: 'beta' }, '1.0.0', ...all), '1.9.3');
  assert.equal(offeredTo({ package: 'appimage' }, '1.0.0', ...all), '1.9.4');
  assert.equal(offeredTo({ platform: 'freebsd' }, '1.0.0', ...all), null);
});

test('rings take in their share of the workstations, and pilots by either', () => {
  const half = custom('1.1.0', { rings: { pilot: 100, everyone: 0 } });
  assert.equal(offeredTo({ ring: 'pilot' }, '1.0.0', half), '1.1.0');
  assert.equal(offeredTo({ ring: 'everyone' }, '1.0.0', half), null);
  assert.equal(offeredTo({ ring: 'pilot' }, '1.0.0', custom('1.1.0', { rings: { pilot: 0, everyone: 100 } })), '1.1.0');
  const taken = (share: number) =>
    Array.from({ length: 2000 }, (_, at) => takenIn('1.1.0', `device ${at}`, share)).filter(Boolean).length;
  assert.deepEqual([taken(0), taken(100)], [0, 2000]);
  // Drawn once from fixed names: the numbers never change.
  assert.ok(Math.abs(taken(30) - 600) < 60, String(taken(30)));
  // Who is taken in stays in as the share grows; another version draws anew.
  const ids = Array.from({ length: 300 }, (_, at) => `device ${at}`);
  assert.ok(ids.every((id) => !takenIn('1.1.0', id, 20) || takenIn('1.1.0', id, 21)));
  assert.ok(ids.some((id) => takenIn('1.1.0', id, 50) !== takenIn('1.2.0', id, 50)));
  // u32(SHA-256("carekeep update share v1" 00 "1.1.0" 00 "device 0")[0..4]) = 0x1e056494: 11.73 per cent.
  assert.deepEqual([takenIn('1.1.0', 'device 0', 11), takenIn('1.1.0', 'device 0', 12)], [false, true]);
  assert.deepEqual([takenIn('1.1.0', '', 99), takenIn('1.1.0', '', 100)], [false, true]);
});

test('the signers’ minimum makes it a must', () => {
  const all = candidates(listed(custom('1.3.0', { minimumVersion: '1.1.0' })));
  assert.equal(choose(all, { ...here, version: '1.0.9' }, '1.0.9').found?.offer.required, true);
  assert.equal(choose(all, { ...here, version: '1.1.0' }, '1.1.0').found?.offer.required, false);
});

test('the package of the running version is found whatever its rings say', () => {
  const all = candidates(listed(custom('1.0.0', { rings: { pilot: 0, everyone: 0 } }), custom('1.1.0')));
  assert.equal(choose(all, here, '1.0.0').running?.offer.version, '1.0.0');
  assert.equal(choose(all, { ...here, version: '1.0.1' }, '1.0.1').running, null);
});

test('of two packages of one version all workstations take the same', () => {
  const twice = listed(custom('1.1.0'), custom('1.1.0'));
  const turned = Object.fromEntries(Object.entries(twice).reverse());
  const [left, right] = [twice, turned].map((all) => choose(candidates(all), here, '1.0.0').found?.path);
  assert.equal(left, right);
});

test('a target of a later form is passed over', () => {
  const later = {
    'stable/linux/x64/later.tar': { length: 1, hashes: { sha512: '0'.repeat(128) }, custom: { format: 2, x: [] } },
  };
  assert.equal(
    choose(candidates({ ...listed(custom('1.1.0')), ...later }), here, '1.0.0').found?.offer.version,
    '1.1.0',
  );
});

test('no package has a name that Windows takes for a device', () => {
  const names = (all: readonly string[]) => all.map((name) => targetFileName.test(name));
  assert.deepEqual(names(['nul.exe', 'COM1.deb', 'Lpt9.x.zip', 'aux', 'con']), [false, false, false, false, false]);
  assert.deepEqual(names(['null.exe', 'console.deb', 'com10.deb', 'Carekeep-1.0.0.AppImage']), [
    true,
    true,
    true,
    true,
  ]);
});

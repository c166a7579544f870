import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import simplePlist from 'simple-plist';
import { type PolicyPlaces, placesOf, policiesArgument } from '../../../src-main/policy/places.ts';
import { parsePlist } from '../../../src-main/policy/plist.ts';
import { parseProfile } from '../../../src-main/policy/profile.ts';
import { isReachable } from '../../../src-main/policy/reachable.ts';
import { readPolicy } from '../../../src-main/policy/read-policy.ts';
import { noPolicy, policySchema, strictPolicy } from '../../../src-shared/policy/policy.ts';
import { anyPolicy } from './policies.ts';

const own = process.getuid?.() ?? 0;

describe('the policy of a machine', () => {
  let dir = '';
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'policy-'));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const write = (name: string, bytes: string | Buffer, mode = 0o644): string => {
    const path = join(dir, name);
    writeFileSync(path, bytes);
    chmodSync(path, mode);
    return path;
  };
  const places = (more: Partial<PolicyPlaces>): PolicyPlaces => ({
    registry: null,
    profile: null,
    file: join(dir, 'no-such-file'),
    owners: [0, own],
    ...more,
  });
  /** Stands in for `reg.exe`: prints a file, ends with a number. */
  const program = (name: string, prints: string, ends: number, proves = 0): PolicyPlaces['registry'] => {
    const output = write(`${name}.txt`, prints);
    const script = `#!/bin/sh\nif [ "$1" = proof ]; then exit ${proves}; fi\ncat '${output}'\nexit ${ends}\n`;
    return { program: write(name, script, 0o755), parameters: ['query'], proof: ['proof'] };
  };
  const key = '\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Carekeep\r\n';

  it('is none where nobody set one', () => {
    assert.equal(readPolicy({ places: places({}) }), noPolicy);
    assert.equal(readPolicy({ file: join(dir, 'no-such-file') }), noPolicy);
  });

  it('comes from the file', () => {
    const file = write('fine.json', '{"idleMinutes":3}');
    const found = { policy: { idleMinutes: 3 }, source: 'file', problems: [] };
    assert.deepEqual(readPolicy({ places: places({ file }) }), found);
    assert.deepEqual(readPolicy({ file }), found);
  });

  it('is the strict one where others could have written the file, or it is too large', () => {
    const open = write('open.json', '{"exportAllowed":true}', 0o666);
    const strict = (code: string) => ({ policy: strictPolicy, source: 'file', problems: [{ name: '', code }] });
    assert.deepEqual(readPolicy({ places: places({ file: open }) }), strict('policy-owner'));
    assert.deepEqual(readPolicy({ file: open }), strict('policy-owner'));
    const large = write('large.json', `{"updateRoot":"${'x'.repeat(2_000_000)}"}`);
    assert.deepEqual(readPolicy({ file: large }), strict('policy-too-large'));
  });

  it('comes from the registry as a whole: a file beside it adds nothing', () => {
    const file = write('beside.json', '{"helpAddress":"https://help.example/","idleMinutes":60}');
    const registry = program('reg', `${key}    idleMinutes    REG_DWORD    0x4\r\n`, 0);
    const found = readPolicy({ places: places({ registry, file }) });
    assert.deepEqual(found, { policy: { idleMinutes: 4 }, source: 'registry', problems: [] });
    const broken = program('reg-broken', `${key}    idleMinutes    REG_DWORD    0x99\r\n`, 0);
    assert.equal(readPolicy({ places: places({ registry: broken, file }) }).policy, strictPolicy);
  });

  it('comes from the file where the registry has none, and is strict where it did not answer', () => {
    const file = write('instead.json', '{"idleMinutes":7}');
    for (const registry of [program('reg-none', '', 1), program('reg-empty', key, 0)]) {
      assert.equal(readPolicy({ places: places({ registry, file }) }).policy.idleMinutes, 7);
    }
    const gone = { program: join(dir, 'no-such-program'), parameters: [], proof: [] };
    // "Registry editing has been disabled by your administrator": the same end as that of a key that is not there
    const forbidden = program('reg-forbidden', '', 1, 1);
    for (const registry of [program('reg-odd', key, 3), gone, forbidden]) {
      const found = readPolicy({ places: places({ registry, file }) });
      assert.deepEqual(found, {
        policy: strictPolicy,
        source: 'registry',
        problems: [{ name: '', code: 'policy-unreadable' }],
      });
    }
  });

  it('comes from a profile, XML or binary, before a file', () => {
    const policy = { idleMinutes: 4, pinAllowed: false, backupTargets: ['/Volumes/Copies', '/srv'] };
    const file = write('mac.json', '{"idleMinutes":60}');
    for (const [name, bytes] of [
      ['xml.plist', simplePlist.stringify(policy)],
      ['binary.plist', simplePlist.bplistCreator(policy)],
    ] as const) {
      const profile = { path: write(name, bytes), parse: parsePlist };
      assert.deepEqual(readPolicy({ places: places({ profile, file }) }), { policy, source: 'profile', problems: [] });
    }
    const none = { path: join(dir, 'none.plist'), parse: parsePlist };
    assert.equal(readPolicy({ places: places({ profile: none, file }) }).policy.idleMinutes, 60);
    const open = { path: write('open.plist', simplePlist.stringify(policy), 0o664), parse: parsePlist };
    assert.deepEqual(readPolicy({ places: places({ profile: open, file }) }).problems, [
      { name: '', code: 'policy-owner' },
    ]);
  });

  it('lets a profile say who it is', () => {
    const named = { PayloadUUID: 'B0', PayloadDisplayName: 'Carekeep', idleMinutes: 4 };
    const profile = { path: write('named.plist', simplePlist.stringify(named)), parse: parsePlist };
    assert.deepEqual(readPolicy({ places: places({ profile }) }).policy, { idleMinutes: 4 });
  });

  it('is the strict one where the root that it names could be another’s', () => {
    const policy = (updateRoot: string) => readPolicy({ file: write('root.policy', JSON.stringify({ updateRoot })) });
    const open = write('open-root.json', '{}', 0o666);
    assert.deepEqual(policy(open), {
      policy: strictPolicy,
      source: 'file',
      problems: [{ name: 'updateRoot', code: 'policy-owner' }],
    });
    for (const updateRoot of [write('root.json', '{}'), join(dir, 'not-yet.json'), '{"signed":{}}']) {
      assert.deepEqual(policy(updateRoot).policy, { updateRoot });
    }
  });

  it('takes no profile that is no dictionary of single names', () => {
    const read = (text: string | Buffer) => parseProfile(Buffer.from(text), parsePlist);
    const twice =
      '<?xml version="1.0"?><plist version="1.0"><dict><!-- <key>b</key> --><key>b</key><true/><key>b</key><false/></dict></plist>';
    assert.deepEqual(read(twice).problems, [{ name: 'b', code: 'policy-duplicate' }]);
    for (const bytes of ['', 'x', '<plist', '<plist><array/></plist>', 'bplist00', Buffer.alloc(40, 0x62)]) {
      assert.deepEqual(read(bytes).problems, [{ name: '', code: 'policy-syntax' }]);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void read(Buffer.from(bytes))));
    const binary = simplePlist.bplistCreator({ idleMinutes: 4, backupTargets: ['/a', '/b'] });
    const change = fc.tuple(fc.nat(binary.length - 1), fc.nat(255));
    fc.assert(
      fc.property(change, ([at, byte]) => {
        const bytes = Buffer.from(binary);
        bytes[at] = byte;
        void parseProfile(bytes, parsePlist);
      }),
    );
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        assert.deepEqual(policySchema.parse(read(simplePlist.bplistCreator({ ...policy })).values), policy);
        assert.deepEqual(policySchema.parse(read(simplePlist.stringify({ ...policy })).values), policy);
      }),
    );
  });

  it('lies where only administrators write', () => {
    const windows = placesOf('win32', 'C:\\Program Files\\Carekeep\\Carekeep.exe', { SystemRoot: 'D:\\WINNT' });
    assert.equal(windows.registry?.program, 'D:\\WINNT\\System32\\reg.exe');
    assert.equal(windows.file, 'C:\\Program Files\\Carekeep Policies\\policies.json');
    for (const odd of [undefined, '', '\\\\evil\\share', 'relative', 'C:\\a"b', 'C:\\x\\..|y']) {
      const named = odd === undefined ? {} : { SYSTEMROOT: odd };
      assert.equal(placesOf('win32', 'C:\\c\\c.exe', named).registry?.program, 'C:\\Windows\\System32\\reg.exe');
    }
    const mac = placesOf('darwin', '/Applications/Carekeep.app/Contents/MacOS/Carekeep', {}, parsePlist);
    assert.equal(mac.file, '/Library/Application Support/Carekeep/policies.json');
    assert.match(mac.profile?.path ?? '', /^\/Library\/Managed Preferences\/[a-z.]+\.plist$/);
    assert.deepEqual(mac.owners, [0]);
    assert.equal(placesOf('linux', '/opt/Carekeep/carekeep', {}).file, '/etc/carekeep/policies.json');
  });

  it('is another file where an argument names one', () => {
    assert.equal(policiesArgument(['node', 'x', '--policies', '/tmp/p.json']), '/tmp/p.json');
    assert.equal(policiesArgument(['--policies=/tmp/p.json']), '/tmp/p.json');
    for (const argv of [[], ['--policies'], ['--policies='], ['--policies', '--profile']]) {
      assert.equal(policiesArgument(argv), undefined);
    }
  });

  it('names folders for copies, and says which of them can be written to', async () => {
    const folder = join(dir, 'copies');
    mkdirSync(folder);
    assert.equal(await isReachable(folder), true);
    for (const other of ['C:\\copies', 'relative', join(dir, 'none'), write('file', '')]) {
      assert.equal(await isReachable(other), false, other);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coreEnvironment, refusedSettings, refusedSwitches } from '../../../src-main/bridge/environment.ts';
import { profileArgument } from '../../../src-main/bridge/profile.ts';

describe('the environment', () => {
  it('is refused where it weakens encryption', () => {
    const refused = (environment: Record<string, string>) => refusedSettings(environment, false);
    assert.deepEqual(refused({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }), ['NODE_TLS_REJECT_UNAUTHORIZED']);
    assert.deepEqual(refused({ sslKeyLogFile: '/tmp/keys' }), ['sslKeyLogFile']);
    for (const options of ['--tls-min-v1.0', '--max-old-space-size=1 --tls-keylog=/tmp/k', '--tls-cipher-list=x']) {
      assert.deepEqual(refused({ NODE_OPTIONS: options }), ['NODE_OPTIONS'], options);
    }
    assert.deepEqual(
      refused({
        NODE_OPTIONS: '--max-old-space-size=4096',
        SSLKEYLOGFILE: '',
        PATH: '/bin',
        NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
        LD_PRELOAD: '/usr/lib/gtk3-nocsd.so',
        ELECTRON_RUN_AS_NODE: '1',
      }),
      [],
    );
  });
  it('is refused in a package where it changes what runs or is written down', () => {
    for (const name of [
      'NODE_OPTIONS',
      'ELECTRON_RUN_AS_NODE',
      'ELECTRON_NO_ASAR',
      'ELECTRON_OVERRIDE_DIST_PATH',
      'ELECTRON_ENABLE_LOGGING',
      'ELECTRON_SOMETHING_NEW',
      'CHROME_DEVEL_SANDBOX',
    ]) {
      assert.deepEqual(refusedSettings({ [name]: 'x' }, true), [name], name);
      assert.deepEqual(refusedSettings({ [name]: '' }, true), [], name);
      assert.deepEqual(refusedSettings({ [name]: 'x' }, false), [], name);
    }
    assert.deepEqual(refusedSettings({ ELECTRON_OZONE_PLATFORM_HINT: 'auto', LD_PRELOAD: '/x.so' }, true), []);
  });
  it('reaches core by name only', () => {
    assert.deepEqual(
      coreEnvironment({
        HOME: '/h',
        XDG_RUNTIME_DIR: '/r',
        DBUS_SESSION_BUS_ADDRESS: 'unix:path=/b',
        LC_ALL: 'C',
        NODE_OPTIONS: '--require x',
        LD_PRELOAD: '/evil.so',
        AWS_SECRET: 's',
        LANG: undefined,
      }),
      { HOME: '/h', XDG_RUNTIME_DIR: '/r', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/b', LC_ALL: 'C' },
    );
  });
});

describe('the command line', () => {
  const names = (argv: string[], packaged: boolean, platform = 'linux') =>
    refusedSwitches(argv, { packaged, platform }).map(({ name }) => name);
  it('is refused where it weakens encryption or the page, with a reason', () => {
    for (const [argument, name] of [
      ['--ignore-certificate-errors', '--ignore-certificate-errors'],
      ['-ignore-certificate-errors', '--ignore-certificate-errors'],
      ['--IGNORE-CERTIFICATE-ERRORS-SPKI-LIST=abc', '--ignore-certificate-errors-spki-list'],
      ['--disable-web-security', '--disable-web-security'],
      ['--host-resolver-rules=MAP * 10.0.0.1', '--host-resolver-rules'],
      ['--ssl-key-log-file=/tmp/k', '--ssl-key-log-file'],
      ['--auth-server-allowlist=*', '--auth-server-allowlist'],
    ] as const) {
      assert.deepEqual(names(['carekeep', argument], false), [name], argument);
    }
    const [one] = refusedSwitches(['--ssl-version-min=tls1'], { packaged: true, platform: 'linux' });
    assert.match(one?.why ?? '', /protocols/);
  });
  it('is refused in a package where it lets others in, and not while developing', () => {
    for (const argument of [
      '--remote-debugging-port=9222',
      '--remote-debugging-pipe',
      '--inspect=0',
      '--inspect-brk',
      '--no-sandbox',
      '--load-extension=/x',
      '--js-flags=--expose-gc',
      '--force-fieldtrials=x/y/',
      '--origin-trial-public-key=x',
      '--allow-third-party-modules',
      '--wait-for-debugger',
      '--enable-logging',
      '--renderer-cmd-prefix=gdb',
      '--proxy-server=http://x',
    ]) {
      assert.equal(names([argument], true).length, 1, argument);
      assert.deepEqual(names([argument], false), [], argument);
    }
  });
  it('knows the spelling of Windows there only, and leaves our own arguments alone', () => {
    assert.deepEqual(names(['/no-sandbox'], true, 'win32'), ['--no-sandbox']);
    assert.deepEqual(names(['/no-sandbox'], true), []);
    assert.deepEqual(
      names(['carekeep', '--profile', '/home/inspect', '--profile=/x', 'inspect', '--toString'], true),
      [],
    );
    assert.deepEqual(names(['--no-sandbox', '--no-sandbox'], true), ['--no-sandbox']);
  });
});

describe('the profile argument', () => {
  it('is a folder, made absolute', () => {
    assert.equal(profileArgument(['node', 'x', '--profile', '/p']), '/p');
    assert.equal(profileArgument(['--profile=/p/q']), '/p/q');
    assert.equal(profileArgument(['--profile', 'here']), `${process.cwd()}/here`);
  });
  it('is nothing when it is missing or empty', () => {
    for (const argv of [[], ['--profile'], ['--profile='], ['--profile', '--other']]) {
      assert.equal(profileArgument(argv), undefined);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coreEnvironment, refusedSettings } from '../../../src-main/bridge/environment.ts';
import { profileArgument } from '../../../src-main/bridge/profile.ts';

describe('the environment', () => {
  it('is refused where it weakens encryption', () => {
    assert.deepEqual(refusedSettings({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }), ['NODE_TLS_REJECT_UNAUTHORIZED']);
    assert.deepEqual(refusedSettings({ SSLKEYLOGFILE: '/tmp/keys' }), ['SSLKEYLOGFILE']);
    for (const options of ['--tls-min-v1.0', '--max-old-space-size=1 --tls-keylog=/tmp/k', '--tls-cipher-list=x']) {
      assert.deepEqual(refusedSettings({ NODE_OPTIONS: options }), ['NODE_OPTIONS'], options);
    }
    assert.deepEqual(
      refusedSettings({ NODE_OPTIONS: '--max-old-space-size=4096', SSLKEYLOGFILE: '', PATH: '/bin' }),
      [],
    );
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

/** What the shell sets beside Electron's checklist: no way out, nothing kept, a screen that dies again and again. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AppUnderTest } from '../e2e/launch.ts';
import { type WatchedShell, watchedShell } from './watched-shell.ts';

describe('the shell beside the checklist', () => {
  let app: AppUnderTest;
  let settings: WatchedShell['settings'];
  let headers: WatchedShell['headers'];
  let stop: WatchedShell['stop'];
  before(async () => {
    ({ app, settings, headers, stop } = await watchedShell('{"screenCaptureProtected":true}'));
  });
  after(() => stop());
  const preferences = () => settings.windows.at(-1)?.preferences ?? {};

  it('sessions keep nothing and lead nowhere, certificates and passwords are refused', async () => {
    for (const { set, partition } of settings.sessions) {
      assert.match(partition, /^window-\d+$/); // not persist:
      assert.deepEqual(set['options'], { cache: false });
      assert.deepEqual(set['proxy'], {
        mode: 'fixed_servers',
        proxyRules: '127.0.0.1:0',
        proxyBypassRules: '<-loopback>',
      });
      assert.equal(set['dictionaries'], 'https://127.0.0.1:0/');
      assert.equal(set['spellChecker'], process.platform === 'darwin' || process.platform === 'win32');
      assert.equal(set['bluetoothPairing'], 'a function');
    }
    assert.equal(preferences()['spellcheck'], process.platform === 'darwin' || process.platform === 'win32');
    for (const { set } of settings.contents) assert.equal(set['webrtc'], 'disable_non_proxied_udp');
    assert.equal(headers['x-dns-prefetch-control'], 'off');
    const ask = (event: 'certificate-error' | 'select-client-certificate' | 'login') =>
      app.command({ command: 'ask-app', event });
    assert.deepEqual(await ask('certificate-error'), { prevented: true, answered: [false] });
    assert.deepEqual(await ask('select-client-certificate'), { prevented: true, answered: [] });
    assert.deepEqual(await ask('login'), { prevented: true, answered: [] });
    for (const name of ['web-contents-created', 'session-created']) assert.ok(settings.events.includes(name), name);
  });

  it('the window is kept out of screenshots where the policy says so', async () => {
    assert.ok(settings.windows.every((one) => one.protected));
  });

  it('a screen that keeps dying is made anew three times, then somebody is asked', async () => {
    const windows = app.windowCount();
    for (let times = 0; times < 3; times += 1) {
      const before = app.windowCount();
      await app.command({ command: 'break-screen', how: 'crash' });
      if (times < 2) await app.nextWindow(before);
    }
    assert.equal(app.windowCount(), windows + 2);
    assert.equal(app.reports().filter((one) => one.kind === 'question').length, 1);
    await app.command({ command: 'answer-question', button: 0 });
    await app.nextWindow(windows + 2);
    assert.equal(await (await app.page()).evaluate(() => typeof Object(window).carekeep.call), 'function');
  });
});

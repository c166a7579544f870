/**
 * Electron's security checklist, point by point (docs/protocols/shell.md): what main really set, read from the host
 * that it was given to, and what a page of ours can do that turns against us. The core is one that echoes.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FuseV1Options } from '@electron/fuses';
import type { Page } from 'playwright';
import { z } from 'zod';
import { fuseConfig } from '../../resources/package/fuses.ts';
import type { AppUnderTest } from '../e2e/launch.ts';
import { loads, permissionNames } from './probes.ts';
import { type WatchedShell, watchedShell } from './watched-shell.ts';

const root = join(import.meta.dirname, '../..');
const source = (pattern: string): readonly { file: string; text: string }[] =>
  globSync(pattern, { cwd: root }).map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

describe('the security checklist of Electron', () => {
  let app: AppUnderTest;
  let page: Page;
  let settings: WatchedShell['settings'];
  let headers: WatchedShell['headers'];
  let stop: WatchedShell['stop'];
  before(async () => {
    ({ app, page, settings, headers, stop } = await watchedShell(
      '{"helpAddress":"https://help.clinic.example/start"}',
    ));
  });
  after(() => stop());
  const preferences = () => settings.windows.at(-1)?.preferences ?? {};

  it('1: nothing but our own bundle is loaded, encrypted or not', async () => {
    const point = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=';
    assert.deepEqual(await loads(page, point), ['image'], 'the probe itself works');
    for (const address of ['http://example.org/x.png', 'https://example.org/x.png']) {
      assert.deepEqual(await loads(page, address), [], address);
    }
  });

  it('2, 3, 4: no Node in the page, a world of its own for the preload, the sandbox for every process', async () => {
    assert.ok(settings.sandboxed);
    for (const { preferences: one } of settings.windows) {
      assert.equal(one['sandbox'], true);
      assert.equal(one['contextIsolation'], true);
      assert.equal(one['nodeIntegration'], false);
      assert.equal(one['nodeIntegrationInWorker'], false);
      assert.equal(one['nodeIntegrationInSubFrames'], false);
      assert.match(String(one['preload']), /preload[\\/]index\.cjs$/);
    }
    const seen = await page.evaluate(() =>
      ['require', 'process', 'Buffer', 'module', 'global', '__dirname', 'electron', 'ipcRenderer'].filter(
        (name) => name in window,
      ),
    );
    assert.deepEqual(seen, []);
  });

  it('5: no permission is granted, whatever its name', async () => {
    const names = permissionNames();
    assert.ok(names.length >= 40, `only ${names.length} names found in Electron's declarations`);
    for (const name of [...names, 'something-new', '']) {
      const answers = await app.command({ command: 'ask-permission', permission: name });
      assert.deepEqual(answers, { request: false, check: false, device: false, display: false }, name);
    }
    assert.match(headers['permissions-policy'] ?? '', /camera=\(\).*microphone=\(\).*usb=\(\)/);
  });

  it('6, 8, 9, 10: nothing of the engine is weakened or switched on', () => {
    for (const { preferences: one } of settings.windows) {
      assert.equal(one['webSecurity'], true);
      assert.equal(one['allowRunningInsecureContent'], false);
      assert.equal(one['experimentalFeatures'], false);
      assert.equal(one['plugins'], false);
      for (const name of ['enableBlinkFeatures', 'disableBlinkFeatures', 'offscreen', 'enableDeprecatedPaste']) {
        assert.ok(!(name in one), name);
      }
      // whatever there is has been looked at: a new one gets its place here
      assert.deepEqual(Object.keys(one).sort(), knownPreferences);
    }
    assert.deepEqual(settings.switches, [
      'disable-breakpad',
      'disable-crash-reporter',
      'disable-blink-features=FileSystemAccessLocal,DocumentPictureInPictureAPI,EyeDropperAPI',
    ]);
  });

  it('10: a page cannot put up a dialog of files, a window over others, or look at the screen', async () => {
    const found = await page.evaluate(() => {
      const frame = document.body.appendChild(document.createElement('iframe')); // another world of globals
      const worlds: readonly (object | null)[] = [window, frame.contentWindow];
      const names = ['showOpenFilePicker', 'showSaveFilePicker', 'showDirectoryPicker', 'documentPictureInPicture'];
      const seen = worlds.flatMap((world) =>
        [...names, 'EyeDropper'].filter((name) => world !== null && name in world),
      );
      frame.remove();
      return { seen, worlds: worlds.filter((world) => world !== null && 'Array' in world).length };
    });
    assert.deepEqual(found, { seen: [], worlds: 2 });
  });

  it('7: the policy of the page allows no script but ours, no string as code, no connection', async () => {
    const policy = new Map(
      (headers['content-security-policy'] ?? '').split('; ').map((directive) => {
        const [name = '', ...values] = directive.split(' ');
        return [name, values.join(' ')];
      }),
    );
    assert.equal(policy.get('default-src'), "'none'");
    assert.equal(policy.get('script-src'), "'self'");
    assert.equal(policy.get('connect-src'), "'none'");
    assert.equal(policy.get('frame-ancestors'), "'none'");
    assert.equal(policy.get('base-uri'), "'none'");
    assert.equal(policy.get('form-action'), "'none'");
    assert.equal(policy.get('require-trusted-types-for'), "'script'");
    assert.equal(policy.get('trusted-types'), 'default');
    assert.doesNotMatch(headers['content-security-policy'] ?? '', /unsafe|\*|https?:|strict-dynamic/);
    const ran = await page.evaluate(
      () =>
        new Promise<readonly string[]>((resolve) => {
          const run: string[] = [];
          Object.assign(window, { carekeepRan: (name: string) => run.push(name) });
          // from a timer: what a test evaluates itself is exempt from the policy
          setTimeout(() => {
            const attempts: readonly (() => unknown)[] = [
              () => run.push('the probe itself'),
              () => Reflect.apply(Object(window)['eval'], window, ['carekeepRan("eval")']),
              () => Reflect.construct(Function, ['carekeepRan("function")'])(),
              () => setTimeout(...(['carekeepRan("timer")'] as unknown as Parameters<typeof setTimeout>)),
              () =>
                document.body.append(
                  Object.assign(document.createElement('script'), { text: 'carekeepRan("inline")' }),
                ),
              () => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=carekeepRan("handler")>'),
              () => Object.assign(document.createElement('a'), { href: 'javascript:carekeepRan("link")' }).click(),
              () => document.write('<script>carekeepRan("write")</script>'),
              () => import(`data:text/javascript,${encodeURIComponent('carekeepRan("import")')}`).catch(() => {}),
              () =>
                new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))).addEventListener('message', () =>
                  run.push('worker'),
                ),
            ];
            for (const attempt of attempts) {
              try {
                attempt();
              } catch {
                // refused at once
              }
            }
            setTimeout(() => resolve(run), 300);
          });
        }),
    );
    assert.deepEqual(ran, ['the probe itself']);
  });

  it('11, 12: there are no webviews, and none may be attached', async () => {
    assert.equal(preferences()['webviewTag'], false);
    for (const { events } of settings.contents) assert.ok(events.includes('will-attach-webview'));
    const real = await page.evaluate(() => 'loadURL' in document.createElement('webview'));
    assert.equal(real, false);
  });

  it('13: the window goes nowhere, nor does any frame', async () => {
    for (const { events } of settings.contents) {
      for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-prevent-unload']) {
        assert.ok(events.includes(name), name);
      }
    }
    assert.equal(preferences()['navigateOnDragDrop'], false);
    const at = page.url();
    for (const address of ['https://example.org/', 'file:///etc/passwd', 'data:text/html,x', './assets/other.html']) {
      await page.evaluate((url) => location.assign(url), address);
      assert.equal(await page.evaluate(() => document.title.startsWith('Carekeep')), true, address);
      assert.equal(page.url(), at, address);
    }
  });

  it('14: there are no other windows', async () => {
    const opened = await page.evaluate(() =>
      ['https://example.org/', './index.html', 'about:blank', ''].map((url) => {
        const made = window.open(url);
        return made !== null && !made.closed && 'carekeep' in made;
      }),
    );
    assert.ok(opened.every((one) => !one));
    const ours = page.context().pages();
    await page.waitForTimeout(200);
    assert.equal(ours.filter((one) => one !== page && !one.isClosed()).length, 0);
  });

  it("15: only the policy's help page is opened outside, whatever core or the page names", async () => {
    const callers = source('src-main/**/*.ts').filter(({ text }) => text.includes('openExternal'));
    assert.deepEqual(callers.map(({ file }) => file.replaceAll('\\', '/')).sort(), [
      'src-main/index.ts',
      'src-main/window/external.ts',
    ]);
    for (const { text } of callers) assert.doesNotMatch(text, /shell\.open(?:Path|Item)|showItemInFolder/);
    await page.evaluate(() => {
      for (let n = 0; n < 50; n += 1) void Object(window).carekeep.call('open-help', 'https://evil.example/');
    });
    await page.waitForTimeout(100);
    assert.deepEqual(
      app.reports().flatMap((one) => (one.kind === 'opened' ? [one.url] : [])),
      ['https://help.clinic.example/start'],
    );
  });

  it('16: Electron is one exact version, the one that was locked', () => {
    const wanted = z
      .object({ devDependencies: z.object({ electron: z.string() }) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).devDependencies.electron;
    assert.match(wanted, /^\d+\.\d+\.\d+$/);
    const there = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')));
    assert.equal(there.version, wanted);
    assert.ok(Number.parseInt(wanted, 10) >= 45);
  });

  it('17: one place listens to pages, and asks who they are', () => {
    const listeners = source('src-main/**/*.ts').filter(({ text }) => /\bipcMain\b/.test(text));
    assert.deepEqual(
      listeners.map(({ file }) => file.replaceAll('\\', '/')),
      ['src-main/bridge/port.ts'],
    );
    const [office] = listeners;
    assert.equal(office?.text.match(/ipcMain\.\w+\(/g)?.length, 1);
    assert.match(office?.text ?? '', /mayHavePort\(/);
  });

  it('18: our scheme has no privilege it does not need, and files are not a scheme of ours', async () => {
    assert.deepEqual(settings.schemes, [
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: false, codeCache: true } },
    ]);
    assert.deepEqual(await loads(page, 'file:///etc/hostname'), []);
    for (const { text, file } of source('src-main/**/*.ts')) {
      assert.doesNotMatch(text, /\.loadFile\(|loadURL\(['"`]file:/, file);
    }
  });

  it('19: every fuse is named and set', () => {
    const { strictlyRequireAllFuses, ...set } = fuseConfig(false);
    assert.equal(strictlyRequireAllFuses, true);
    const named: Readonly<Record<string, unknown>> = set;
    const off = ['RunAsNode', 'EnableNodeOptionsEnvironmentVariable', 'EnableNodeCliInspectArguments'] as const;
    for (const name of [...off, 'GrantFileProtocolExtraPrivileges'] as const) {
      assert.equal(named[FuseV1Options[name]], false, name);
    }
    for (const name of [
      'EnableEmbeddedAsarIntegrityValidation',
      'OnlyLoadAppFromAsar',
      'EnableCookieEncryption',
    ] as const) {
      assert.equal(named[FuseV1Options[name]], true, name);
    }
    for (const position of Object.values(FuseV1Options)) {
      if (typeof position === 'number') assert.equal(typeof named[position], 'boolean', FuseV1Options[position]);
    }
  });

  it("20: the page sees two functions of ours and none of Electron's", async () => {
    const shape = await page.evaluate(() => {
      const bridge = Object(window).carekeep;
      return Object.entries(bridge).map(([name, value]) => `${name}: ${typeof value}`);
    });
    assert.deepEqual(shape.sort(), ['call: function', 'onEvent: function', 'platform: object']);
    const preload = readFileSync(join(root, 'src-preload/index.ts'), 'utf8');
    assert.doesNotMatch(preload, /exposeInMainWorld\([^)]*ipcRenderer|sendSync|webFrame|invoke\(/);
  });
});

const knownPreferences = [
  'additionalArguments',
  'allowRunningInsecureContent',
  'contextIsolation',
  'devTools',
  'disableDialogs',
  'experimentalFeatures',
  'navigateOnDragDrop',
  'nodeIntegration',
  'nodeIntegrationInSubFrames',
  'nodeIntegrationInWorker',
  'plugins',
  'preload',
  'safeDialogs',
  'sandbox',
  'spellcheck',
  'webSecurity',
  'webviewTag',
];

/** The shell in the Chromium host, with a core that only echoes. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright';
import { type AppUnderTest, launchApp } from '../e2e/launch.ts';
import { echoCore, type ShellBundle, shellBundle } from './shell-bundle.ts';

type Bridge = {
  call: (procedure: string, input: unknown) => Promise<{ ok: boolean; value?: unknown; error?: { code: string } }>;
  onEvent: (name: string, listener: (data: unknown) => void) => () => void;
  platform: { version: string; host: string };
};

const call = (page: Page, procedure: string, input: unknown = null): Promise<unknown> =>
  page.evaluate(
    async ([name, value]) => {
      const bridge: Bridge = Object(window).carekeep;
      const reply = await bridge.call(String(name), value);
      return reply.ok ? reply.value : reply.error;
    },
    [procedure, input] as const,
  );

/** Sends a call that brings its own page down. */
const callAndGo = (page: Page, procedure: string): void =>
  void page.evaluate((name) => void Object(window).carekeep.call(name, null), procedure).catch(() => {});

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the shell', () => {
  let shell: ShellBundle;
  let app: AppUnderTest;
  before(async () => {
    shell = shellBundle();
    app = await launchApp({ profile: join(shell.folder, 'profile'), bundle: shell.bundle, core: echoCore });
  });
  after(async () => {
    await app.close();
    shell.remove();
  });

  it('shows the page one frozen object', async () => {
    const page = await app.page();
    const seen = await page.evaluate(() => {
      const bridge = Object(window).carekeep;
      return {
        keys: Object.keys(bridge).sort(),
        frozen: Object.isFrozen(bridge) && Object.isFrozen(bridge.platform),
        fixed: Object.getOwnPropertyDescriptor(window, 'carekeep')?.configurable === false,
        version: bridge.platform.version,
        others: Object.getOwnPropertyNames(window).filter((name) => /host|^require$|^process$|electron|__/i.test(name)),
      };
    });
    assert.deepEqual(seen.keys, ['call', 'onEvent', 'platform']);
    assert.ok(seen.frozen && seen.fixed);
    assert.equal(seen.version, '1.0.0');
    assert.deepEqual(seen.others, []);
  });

  it('says in the title what the host is', async () => {
    const page = await app.page();
    assert.match(await page.title(), /^Carekeep \(Chromium host/);
    await page.evaluate(() => {
      document.title = 'Some patient';
    });
    await page.waitForFunction(() => document.title.startsWith('Carekeep'));
    assert.match(app.log(), /Chromium host/);
  });

  it('carries structured values both ways', async () => {
    const page = await app.page();
    const same = await page.evaluate(async () => {
      const bridge: Bridge = Object(window).carekeep;
      const sent = {
        bytes: new Uint8Array([0, 1, 255]),
        when: new Date(5),
        big: 10n,
        list: [1, null, { deep: 'ß ł' }],
      };
      const reply = await bridge.call('echo', sent);
      const got = Object(reply.value);
      return (
        got.bytes instanceof Uint8Array &&
        [...got.bytes].join() === '0,1,255' &&
        got.when.getTime() === 5 &&
        got.big === 10n &&
        JSON.stringify(got.list) === JSON.stringify(sent.list)
      );
    });
    assert.ok(same);
    assert.deepEqual(await call(page, 'no-such'), { code: 'unknown-procedure' });
  });

  it('brings events of the closed list, and no others', async () => {
    const page = await app.page();
    const heard = await page.evaluate(async () => {
      const bridge: Bridge = Object(window).carekeep;
      let unknown = false;
      try {
        bridge.onEvent('anything', () => {});
      } catch {
        unknown = true;
      }
      const data = new Promise((resolve) => {
        const stop = bridge.onEvent('locks-in', (value) => {
          stop();
          resolve(value);
        });
      });
      await bridge.call('event', null);
      return { unknown, data: await data };
    });
    assert.deepEqual(heard, { unknown: true, data: { seconds: 7 } });
  });

  it('serves the page under the strict policy, with a nonce of its own each time', async () => {
    const page = await app.page();
    const load = async () => {
      const response = await page.reload();
      assert.ok(response);
      const headers = response.headers();
      const nonce = await page.locator('meta[name=csp-nonce]').getAttribute('content');
      assert.ok(nonce !== null && nonce.length >= 22);
      assert.ok(headers['content-security-policy']?.includes(`'nonce-${nonce}'`));
      assert.ok(headers['content-security-policy']?.includes("require-trusted-types-for 'script'"));
      assert.equal(headers['x-content-type-options'], 'nosniff');
      return nonce;
    };
    assert.notEqual(await load(), await load());
  });

  it('lets nothing in or out past the bridge', async () => {
    const page = await app.page();
    const tried = await page.evaluate(async () => {
      const fails = (work: () => unknown): Promise<boolean> =>
        Promise.resolve()
          .then(work)
          .then(
            () => false,
            () => true,
          );
      return {
        fetch: await fails(() => fetch('https://example.org/')),
        own: await fails(() => fetch('./index.html')),
        html: await fails(() => {
          document.body.innerHTML = '<b>x</b>';
        }),
        // from a timer: what a test evaluates directly is exempt from the policy
        script: await new Promise((resolve) =>
          setTimeout(() => resolve(fails(() => Reflect.construct(Function, ['return 1'])))),
        ),
        popup: window.open('https://example.org/') === null || true,
      };
    });
    assert.deepEqual(tried, { fetch: true, own: true, html: true, script: true, popup: true });
    const at = page.url();
    await page.evaluate(() => {
      location.href = 'https://example.org/';
    });
    await call(page, 'echo', 1); // still there, and still served
    assert.equal(page.url(), at);
    assert.equal(
      page
        .context()
        .pages()
        .filter((one) => !one.isClosed() && one.url().includes('example')).length,
      0,
    );
  });

  it('grants no permission', async () => {
    for (const permission of ['geolocation', 'media', 'notifications', 'clipboard-read', 'hid', 'openExternal']) {
      assert.equal(await app.permission(permission), false, permission);
    }
  });

  it('gives a document its port once, and the next document the next', async () => {
    const page = await app.page();
    await page.reload();
    const heard = await call(page, 'heard');
    assert.ok(Array.isArray(heard));
    const order = heard.filter((kind) => kind === 'port' || kind === 'document-gone');
    // strictly in turn: never two live ports
    order.forEach((kind, at) => void assert.equal(kind, at % 2 === 0 ? 'port' : 'document-gone'));
    assert.ok(order.length >= 3);
  });

  it('gives core a small environment', async () => {
    const names = await call(await app.page(), 'environment');
    assert.ok(Array.isArray(names));
    for (const name of names) assert.doesNotMatch(String(name), /NODE_OPTIONS|CAREKEEP_HOST|TOKEN|SECRET|LD_/);
    assert.ok(names.includes('PATH'));
  });

  it("answers core's dialogs, and cancels when nothing is scripted", async () => {
    const page = await app.page();
    const open = { type: 'open', title: 'Files', multiple: true, filters: [{ name: 'FHIR', extensions: ['json'] }] };
    const save = { type: 'save', title: 'Export', defaultName: 'x.pdf', filters: [] };
    await app.answerDialogs(['/a.json', '/b.json'], ['/out.pdf']);
    assert.deepEqual(await call(page, 'dialog', open), ['/a.json', '/b.json']);
    assert.deepEqual(await call(page, 'dialog', save), ['/out.pdf']);
    assert.deepEqual(await call(page, 'dialog', open), []);
  });

  /** Locks by `how` and checks that nothing of before is left. */
  async function locksBy(how: (page: Page) => void | Promise<void>): Promise<void> {
    const page = await app.page();
    await call(page, 'echo', 'before');
    const [windows, cores, renderers] = [app.windowCount(), await app.corePids(), await app.rendererPids()];
    const old = cores.at(-1);
    assert.ok(old !== undefined && alive(old));
    await how(page);
    await app.nextWindow(windows);
    const fresh = await app.page();
    const pid = await call(fresh, 'pid');
    assert.notEqual(pid, old);
    assert.equal(pid, await app.nextCore(cores.length));
    assert.ok(!alive(old));
    for (let tries = 0; tries < 250 && !page.isClosed(); tries += 1) await pause(20);
    const after = await app.rendererPids();
    assert.deepEqual(
      after.filter((one) => renderers.includes(one)),
      [],
      'a renderer process of before lives on',
    );
  }

  it('locks when core asks: core killed, renderer replaced', () => locksBy((page) => callAndGo(page, 'lock')));
  it('locks within the limit when core hangs', () => locksBy((page) => callAndGo(page, 'hang-and-lock')));
  it('locks at suspend', () => locksBy(() => app.power('suspend')));
  it("locks at the system's own lock", () => locksBy(() => app.power('lock-screen')));
  it('goes the same way when core dies', () => locksBy((page) => callAndGo(page, 'die')));

  it('keeps a second start on the same profile out', async () => {
    const second = await launchApp({ profile: join(shell.folder, 'profile'), bundle: shell.bundle, core: echoCore });
    assert.equal(await second.exit, 0);
    await second.close();
    assert.equal(await call(await app.page(), 'echo', 'still here'), 'still here');
  });
});

describe('the shell at its ends', () => {
  let shell: ShellBundle;
  before(() => {
    shell = shellBundle();
  });
  after(() => shell.remove());
  const start = async (test: TestContext, name: string, env: Record<string, string> = {}): Promise<AppUnderTest> => {
    const app = await launchApp({ profile: join(shell.folder, name), bundle: shell.bundle, core: echoCore, env });
    test.after(() => app.close());
    return app;
  };

  it('refuses to start where the environment weakens encryption', async (test) => {
    const app = await start(test, 'refused', { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    assert.equal(await app.exit, 1);
    assert.match(app.log(), /NODE_TLS_REJECT_UNAUTHORIZED/);
  });

  it('ends where its profile cannot be made, with a word and no path, and does not start again for ever', async (test) => {
    writeFileSync(join(shell.folder, 'no-folder'), '');
    const app = await start(test, 'no-folder/Maria-Muster');
    assert.equal(await app.exit, 1);
    assert.doesNotMatch(app.log(), /Muster|no-folder/);
    assert.equal((await app.errorBoxes()).length, 1);
    assert.deepEqual(
      app.reports().filter(({ kind }) => kind === 'relaunch'),
      [],
    );
  });

  it('gives up on a core that dies again and again, and says so', async (test) => {
    const app = await start(test, 'dying');
    for (let deaths = 0; deaths < 3; deaths += 1) {
      const page = await app.page();
      const windows = app.windowCount();
      callAndGo(page, 'die');
      await app.nextWindow(windows);
    }
    // a screen that only says so: with the report's reference, without core, and without a question to anybody
    const page = await app.page();
    await page.waitForFunction(() => location.hash.startsWith('#stopped='));
    const pids = await app.corePids();
    assert.equal(pids.length, 3);
    assert.ok(!pids.some(alive));
    assert.deepEqual(await app.errorBoxes(), []);
  });

  it('flushes and leaves nothing running when it is closed', async (test) => {
    const app = await start(test, 'closed');
    await call(await app.page(), 'echo', 1);
    const pids = await app.corePids();
    await app.close();
    assert.equal(await app.exit, 0);
    for (const pid of pids) assert.ok(!alive(pid));
  });

  it('takes core along when it is killed', async (test) => {
    const app = await start(test, 'killed');
    await call(await app.page(), 'echo', 1);
    const pids = await app.corePids();
    await app.kill();
    for (let tries = 0; tries < 100 && pids.some(alive); tries += 1) await pause(20);
    for (const pid of pids) assert.ok(!alive(pid));
  });

  it('runs several at once', async (test) => {
    const apps = await Promise.all(['one', 'two', 'three'].map((name) => start(test, name)));
    const pids = await Promise.all(apps.map(async (app) => call(await app.page(), 'pid')));
    assert.equal(new Set(pids).size, 3);
  });
});

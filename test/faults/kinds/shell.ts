/**
 * The shell against a page that has turned hostile and against paths, addresses and questions made to slip through:
 * nothing outside the renderer's folder is served, nothing but the policy's page is opened, the window stays where it
 * is or stands empty without its bridge, and no permission is granted.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright';
import { z } from 'zod';
import { appUrl } from '../../../src-main/window/address.ts';
import { mayOpenExternally } from '../../../src-main/window/external.ts';
import { type AppUnderTest, launchApp } from '../../e2e/launch.ts';
import { permissionNames } from '../../host/probes.ts';
import { echoCore, shellBundle } from '../../host/shell-bundle.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';
import { ensureBuilt } from '../shell/built.ts';
import { allowedHelp, hostileExternals } from '../shell/externals.ts';
import { tricks } from '../shell/navigations.ts';
import { traversals } from '../shell/paths.ts';

const canary = 'carekeep-canary-7c1f';
const served = z.object({ loaded: z.boolean(), status: z.number(), text: z.string() });
const granted = z.object({ request: z.boolean(), check: z.boolean(), device: z.boolean(), display: z.boolean() });
const permissions = permissionNames();
type Trial = (app: AppUnderTest) => Promise<void>;

/** Main's own rules and handler asked for a path, then a module of that path asked for by the page itself. */
function traversal(path: string): Trial {
  return async (app) => {
    const answer = served.parse(await app.command({ command: 'serve', address: appUrl(path) }));
    const opening = answer.text.slice(0, 400);
    hold(!answer.text.includes(canary), 'a file outside the folder is served');
    hold(answer.status === 404 || opening.includes('shell test page'), `answers ${answer.status} with something else`);
    const page = await app.page();
    const ran = await page.evaluate(
      (url) =>
        import(url).then(
          () => true,
          () => false,
        ),
      `.${path}`,
    );
    hold(!ran, 'the page ran a module from there');
  };
}

const opened = (app: AppUnderTest): readonly string[] =>
  app.reports().flatMap((one) => (one.kind === 'opened' ? [one.url] : []));

function external(url: string): Trial {
  return async (app) => {
    hold(!mayOpenExternally(url, [allowedHelp]), 'may be opened');
    const before = opened(app).length;
    const page = await app.page();
    await page.evaluate((address) => {
      try {
        window.open(address);
      } catch {
        // not an address at all
      }
      const link = Object.assign(document.createElement('a'), { href: address, target: '_blank' });
      document.body.append(link);
      link.click();
      // core that names an address is core that is not ours any more: main opens its own, or nothing
      void Object(window).carekeep.call('open-help', address);
    }, url);
    await settled(page, app);
    const since = opened(app).slice(before);
    hold(
      since.every((one) => one === allowedHelp),
      'something else was opened',
    );
    await stands(page, app);
  };
}

/** No window beside ours, whatever was opened for a moment. */
async function settled(page: Page, app: AppUnderTest): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const others = page
      .context()
      .pages()
      .filter((one) => one !== page && !one.isClosed());
    if (others.length === 0) return;
    await pause(20);
  }
  hold(page.isClosed() || app.windowCount() === 0, 'another window stays open');
}

/** Our page with its bridge, or a page without one: then nobody is there to steal from. */
async function stands(page: Page, app: AppUnderTest): Promise<void> {
  const state = await page
    .evaluate(async () => {
      const bridge: { call?: (name: string, input: unknown) => Promise<{ value?: unknown }> } | undefined =
        Object(window).carekeep;
      const answer = await Promise.race([
        Promise.resolve(bridge?.call?.('echo', 7)).then((reply) => reply?.value === 7),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 400)),
      ]);
      const ours = document.getElementById('root')?.textContent === 'shell test page';
      return { answer, ours, ran: document.body?.textContent?.endsWith('ran') === true, at: location.href };
    })
    // a reload of our own page takes the question with it: the next document answers
    .catch(() => null);
  if (state === null) {
    await pause(50);
    return stands(await app.page(), app);
  }
  hold(!state.ran, 'script in an address ran');
  hold(state.ours || !state.answer, `somebody else has the bridge at ${state.at}`);
  // Of these two the host cannot ask main, as Electron does; what is left of them is an empty room.
  hold(state.ours || /^(?:about:blank$|blob:)/.test(state.at), `the window went to ${state.at}`);
}

function navigation(trick: string): Trial {
  return async (app) => {
    const page = await app.page();
    const origin = new URL(page.url()).host;
    try {
      // from a timer, as script of the page: what a test evaluates itself may do more
      await page.evaluate(`setTimeout(() => { ${trick} }); undefined`).catch(() => undefined);
      await pause(120);
      await settled(page, app);
      await stands(page, app);
      const at = new URL(page.url());
      hold(at.host === origin || /^(?:about|blob):$/.test(at.protocol), `the window is at ${at.href}`);
      hold(
        opened(app).every((one) => one === allowedHelp),
        'something was opened outside',
      );
    } finally {
      // a fresh window, whatever the trick left behind
      const windows = app.windowCount();
      await app.power('lock-screen');
      await app.nextWindow(windows);
    }
  };
}

function permission(name: string): Trial {
  return async (app) => {
    const { request, check, device, display } = granted.parse(
      await app.command({ command: 'ask-permission', permission: name }),
    );
    hold(!request && !check && !device && !display, 'is granted');
  };
}

const trials: readonly (readonly [string, Trial])[] = [
  ...traversals.map((path) => [`path ${path.slice(0, 60)}`, traversal(path)] as const),
  ...hostileExternals.map((url) => [`address ${url.slice(0, 60)}`, external(url)] as const),
  ...[...tricks].map(([name, trick]) => [`navigation: ${name}`, navigation(trick)] as const),
  ...permissions.map((name) => [`permission ${name}`, permission(name)] as const),
];

const kind: Kind = {
  name: 'shell',
  full: trials.length,
  async run(run) {
    hold(traversals.length >= 200 && hostileExternals.length >= 60 && tricks.size >= 40, 'the lists are too short');
    hold(permissions.length >= 30, "Electron's declarations name fewer permissions than they did");
    ensureBuilt();
    const shell = shellBundle();
    const outside = `document.documentElement.append('${canary}'); export default 1;\n`;
    for (const at of ['canary.js', '../canary.js']) writeFileSync(join(shell.bundle, at), outside);
    writeFileSync(join(shell.bundle, 'package.json'), JSON.stringify({ type: 'module', description: canary }));
    const policies = join(run.scratch, 'policies.json');
    writeFileSync(policies, JSON.stringify({ helpAddress: allowedHelp }), { mode: 0o600 });
    const profile = join(shell.folder, 'profile');
    const app = await launchApp({ profile, bundle: shell.bundle, core: echoCore, args: ['--policies', policies] });
    try {
      await app.page();
      for (const seed of run.seeds) {
        const [name, play] = trials[caseOf(seed, trials.length)] ?? [];
        await run.trial(seed, async () => {
          hold(play !== undefined, 'no such trial');
          try {
            await play(app);
          } catch (error) {
            if (error instanceof Error) error.message = `${name}: ${error.message}`;
            throw error;
          }
        });
      }
      run.note(
        `${traversals.length} paths, ${hostileExternals.length} addresses, ${tricks.size} navigations, ${permissions.length} permissions in the list`,
      );
    } finally {
      await app.close();
      shell.remove();
    }
  },
};
export default kind;

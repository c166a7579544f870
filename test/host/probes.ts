/** What the tests of the shell ask of the host and of a page that has turned against us. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const record = z.record(z.string(), z.unknown());
/** What main set: settings.ts. */
export const settingsShape = z.object({
  windows: z.array(z.object({ preferences: record, protected: z.boolean() })),
  schemes: z.array(z.object({ scheme: z.string(), privileges: record })),
  switches: z.array(z.string()),
  sandboxed: z.boolean(),
  sessions: z.array(z.object({ partition: z.string(), set: record })),
  events: z.array(z.string()),
  contents: z.array(z.object({ events: z.array(z.string()), set: record })),
});

/** The names Electron can ask by, from its own declarations. */
export function permissionNames(): readonly string[] {
  const declarations = readFileSync(join(root, 'node_modules/electron/electron.d.ts'), 'utf8');
  const union =
    /setPermissionRequestHandler\(handler: \(\(webContents: WebContents, permission: ([^,]+), callback/.exec(
      declarations,
    )?.[1];
  return [...(union ?? '').matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
}

/** Loads an address in every way a page knows; which of them came through. */
export function loads(page: Page, address: string): Promise<readonly string[]> {
  return page.evaluate(async (url) => {
    const came: string[] = [];
    const within = (name: string, work: (yes: () => void, no: () => void) => unknown): Promise<void> =>
      new Promise((end) => {
        const yes = (): void => {
          came.push(name);
          end();
        };
        setTimeout(end, 400);
        try {
          work(yes, end);
        } catch {
          end();
        }
      });
    const element = (name: string, made: HTMLElement): Promise<void> =>
      within(name, (yes, no) => {
        Object.assign(made, { onload: yes, onloadeddata: yes, onerror: no });
        document.body.append(made);
      });
    const channel = (name: string, make: () => object): Promise<void> =>
      within(name, (yes, no) => Object.assign(make(), { onopen: yes, onmessage: yes, onerror: no }));
    await Promise.all([
      element('image', Object.assign(new Image(), { src: url })),
      element('style', Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url })),
      element('media', Object.assign(document.createElement('video'), { src: url })),
      within('fetch', (yes, no) => fetch(url, { mode: 'no-cors' }).then(yes, no)),
      within('request', (yes, no) => {
        const request = Object.assign(new XMLHttpRequest(), { onload: yes, onerror: no });
        request.open('GET', url);
        request.send();
      }),
      channel('socket', () => new WebSocket(url.replace(/^[a-z]+/, 'ws'))),
      channel('events', () => new EventSource(url)),
      channel('worker', () => new Worker(url)),
      within('beacon', (yes, no) => {
        // it says yes before anybody has looked: the policy's own word counts
        document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => {
          if (blockedURI.startsWith(url.slice(0, 12)) && effectiveDirective === 'connect-src') no();
        });
        if (navigator.sendBeacon(url, 'x')) setTimeout(yes, 300);
        else no();
      }),
    ]);
    return came;
  }, address);
}

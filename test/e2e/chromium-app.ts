/** The built application in the Chromium host, as a child process with a control channel. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import type { HostCommand, HostReport } from '../host/control-wire.ts';
import type { AppUnderTest, LaunchOptions } from './launch.ts';

const register = fileURLToPath(new URL('../host/register.ts', import.meta.url));

function isReport(value: unknown): value is HostReport {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

export async function launchInChromium(options: LaunchOptions, main: string): Promise<AppUnderTest> {
  const child = fork(main, ['--profile', options.profile, ...(options.args ?? [])], {
    execArgv: ['--import', register],
    env: {
      ...process.env,
      CAREKEEP_HEADLESS: '1',
      ...options.env,
      ...(options.core === undefined ? {} : { CAREKEEP_HOST_CORE: options.core }),
    },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log.push(text);
      if (process.env['CAREKEEP_TEST_LOG'] !== undefined) process.stderr.write(text);
    });
  }
  const corePids: number[] = [];
  const errorBoxes: { title: string; text: string }[] = [];
  let folder: string | undefined;
  let target: string | undefined;
  let windows = 0;
  let exited: number | undefined;
  const answers = new Map<number, (value: unknown) => void>();
  const endpoint = Promise.withResolvers<string>();
  endpoint.promise.catch(() => {}); // heard below, or the launch has failed already
  const reports: HostReport[] = [];
  child.on('message', (message) => {
    if (!isReport(message)) return;
    if (message.kind !== 'answer') reports.push(message);
    switch (message.kind) {
      case 'browser':
        folder = message.folder;
        endpoint.resolve(message.endpoint);
        break;
      case 'window':
        target = message.target;
        windows += 1;
        break;
      case 'utility':
        if (message.service === 'core') corePids.push(message.pid);
        break;
      case 'error-box':
        errorBoxes.push({ title: message.title, text: message.text });
        break;
      case 'dialog':
      case 'question':
      case 'opened':
        break;
      case 'answer':
        answers.get(message.id)?.(message.value);
        answers.delete(message.id);
        break;
    }
  });
  const exit = once(child, 'exit').then(([code]) => {
    exited = typeof code === 'number' ? code : 1;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    for (const settle of answers.values()) settle(null);
    endpoint.reject(new Error(`the host ended with ${exited}:\n${log.join('')}`));
    return exited;
  });

  let commands = 0;
  function ask(command: HostCommand): Promise<unknown> {
    commands += 1;
    const id = commands;
    return new Promise((resolve) => {
      if (!child.connected) return resolve(null);
      answers.set(id, resolve);
      child.send({ id, command });
    });
  }
  async function until<T>(what: string, find: () => T | undefined, limit = 20_000): Promise<T> {
    const end = Date.now() + limit;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (exited !== undefined || Date.now() > end) throw new Error(`no ${what}; host says:\n${log.join('')}`);
      await pause(10);
    }
  }

  let browser: Browser | undefined;
  const pages = new Map<string, Page>();
  async function connect(): Promise<Browser> {
    browser ??= await chromium.connectOverCDP(await endpoint.promise);
    return browser;
  }
  async function pageOf(wanted: string): Promise<Page | undefined> {
    const known = pages.get(wanted);
    if (known !== undefined && !known.isClosed()) return known;
    for (const context of (await connect()).contexts()) {
      for (const page of context.pages()) {
        const cdp = await context.newCDPSession(page).catch(() => undefined);
        const info = await cdp?.send('Target.getTargetInfo').catch(() => undefined);
        await cdp?.detach().catch(() => undefined);
        if (info?.targetInfo.targetId === wanted) {
          pages.set(wanted, page);
          return page;
        }
      }
    }
    return undefined;
  }

  return {
    host: 'chromium',
    page: async () => {
      const end = Date.now() + 20_000;
      for (;;) {
        const wanted = await until('window', () => target);
        const page = await pageOf(wanted);
        const ready = await page
          ?.waitForFunction(() => 'carekeep' in window)
          .catch((error: unknown) => {
            // a lock may take the window away meanwhile: then the next one is meant
            if (target === wanted && !page.isClosed()) throw error;
          });
        if (page !== undefined && ready !== undefined && target === wanted) return page;
        if (Date.now() > end) throw new Error('the window has no page');
        await pause(20);
      }
    },
    windowCount: () => windows,
    nextWindow: (after) => until('next window', () => (windows > after ? windows : undefined)).then(() => {}),
    corePids: async () => [...corePids],
    nextCore: (after) => until('next core', () => (corePids.length > after ? corePids.at(-1) : undefined)),
    rendererPids: async () => {
      const value = await ask({ command: 'renderer-processes' });
      return Array.isArray(value) ? value.filter((one) => typeof one === 'number') : [];
    },
    permission: async (permission) => {
      const value = await ask({ command: 'ask-permission', permission });
      return Object.values(Object(value)).some((one) => one === true);
    },
    answerDialogs: async (...dialogs) => void (await ask({ command: 'answer-dialogs', answers: dialogs })),
    power: async (event) => void (await ask({ command: 'power', event })),
    setSystemIdle: async (seconds) => void (await ask({ command: 'system-idle', seconds })),
    errorBoxes: async () => [...errorBoxes],
    command: ask,
    reports: () => reports,
    log: () => log.join(''),
    exit,
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
      await browser?.close().catch(() => undefined);
    },
    close: async () => {
      if (exited === undefined) {
        void ask({ command: 'quit' });
        const timer = setTimeout(() => child.kill('SIGKILL'), 8_000);
        await exit;
        clearTimeout(timer);
      }
      await browser?.close().catch(() => undefined);
    },
  };
}

/** The built application in Electron itself. */
import { _electron, type Page } from 'playwright';
import type { AppUnderTest, LaunchOptions } from './launch.ts';

/** What this file counts inside Electron's main process. */
type Counted = { errorBoxes: { title: string; text: string }[]; dialogs: string[][] };

export async function launchInElectron(
  options: LaunchOptions,
  main: string,
  executablePath: string,
): Promise<AppUnderTest> {
  if (options.core !== undefined) throw new Error('a core of the tests runs in the Chromium host only');
  const app = await _electron.launch({
    executablePath,
    args: [
      main,
      '--profile',
      options.profile,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(options.args ?? []),
    ],
    env: Object.fromEntries(
      Object.entries({ ...process.env, ...options.env }).filter(
        (pair): pair is [string, string] => pair[1] !== undefined,
      ),
    ),
  });
  const log: string[] = [];
  const child = app.process();
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => log.push(text));
  const exit = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));

  const shared = await app.evaluateHandle(({ dialog }): Counted => {
    const counted: Counted = { errorBoxes: [], dialogs: [] };
    dialog.showErrorBox = (title, text) => void counted.errorBoxes.push({ title, text });
    Object.assign(dialog, {
      showOpenDialog: async () => {
        const filePaths = counted.dialogs.shift() ?? [];
        return { canceled: filePaths.length === 0, filePaths };
      },
      showSaveDialog: async () => {
        const filePath = counted.dialogs.shift()?.[0] ?? '';
        return { canceled: filePath === '', filePath };
      },
    });
    return counted;
  });

  let windows = 0;
  let shown: Page | undefined;
  const pids: number[] = [];
  const opened = (page: Page): void => {
    windows += 1;
    shown = page;
  };
  app.on('window', opened);
  for (const page of app.windows()) opened(page);

  async function until<T>(what: string, find: () => Promise<T | undefined> | T | undefined): Promise<T> {
    for (let tries = 0; tries < 400; tries += 1) {
      const found = await find();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no ${what}; Electron says:\n${log.join('')}`);
  }
  const processes = (kind: string): Promise<number[]> =>
    app.evaluate(
      ({ app: electron }, wanted) =>
        electron
          .getAppMetrics()
          .filter((one) =>
            wanted === 'core' ? one.name === 'core' || one.serviceName === 'core' : one.type === wanted,
          )
          .map((one) => one.pid),
      kind,
    );
  async function cores(): Promise<number[]> {
    for (const pid of await processes('core')) if (!pids.includes(pid)) pids.push(pid);
    return [...pids];
  }

  return {
    host: 'electron',
    page: () =>
      until('window', async () => {
        if (shown === undefined || shown.isClosed()) return undefined;
        await shown.waitForFunction(() => 'carekeep' in window);
        return shown;
      }),
    windowCount: () => windows,
    nextWindow: (after) => until('next window', () => (windows > after ? true : undefined)).then(() => {}),
    corePids: cores,
    nextCore: (after) => until('next core', async () => ((await cores()).length > after ? pids.at(-1) : undefined)),
    rendererPids: () => processes('Tab'),
    permission: (permission) =>
      shown === undefined
        ? Promise.resolve(false)
        : shown.evaluate(
            (name) =>
              navigator.permissions.query(Object({ name })).then(
                (status) => status.state === 'granted',
                () => false,
              ),
            permission,
          ),
    answerDialogs: async (...dialogs) => {
      await shared.evaluate(
        (counted, more) => void counted.dialogs.push(...more),
        dialogs.map((one) => [...one]),
      );
    },
    power: (event) => app.evaluate(({ powerMonitor }, name) => void powerMonitor.emit(name), event),
    setSystemIdle: (seconds) =>
      app.evaluate(
        ({ powerMonitor }, value) => void Object.assign(powerMonitor, { getSystemIdleTime: () => value }),
        seconds,
      ),
    errorBoxes: () => shared.evaluate((counted) => counted.errorBoxes),
    command: async ({ command }) => {
      throw new Error(`only the Chromium host knows ${command}`);
    },
    reports: () => [],
    log: () => log.join(''),
    exit,
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
    close: () => app.close(),
  };
}

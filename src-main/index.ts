/** Start: one instance, one window, one core. Wiring only; each part says for itself why it is there. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, clipboard, dialog, Menu, powerMonitor, session, shell } from 'electron';
import { mayStartAgain } from './bridge/bounded.ts';
import { startCore } from './bridge/core-process.ts';
import { ctlArguments, runCtl } from './bridge/ctl.ts';
import { showFileDialog } from './bridge/dialogs.ts';
import { refusedSettings, refusedSwitches } from './bridge/environment.ts';
import { keepCore } from './bridge/keeper.ts';
import { openPortOffice } from './bridge/port.ts';
import { profileArgument } from './bridge/profile.ts';
import { openShellLog, type ShellLog } from './bridge/shell-log.ts';
import type { Written } from './logs/crash.ts';
import type { FieldsOf } from './logs/events.ts';
import { log, logFault } from './logs/log.ts';
import { watchProcess } from './logs/watch.ts';
import { leaveMemoryOutOfCoreDumps, removeCrashDumps } from './no-dumps.ts';
import { policiesArgument } from './policy/places.ts';
import { readPolicy } from './policy/read-policy.ts';
import { beginUpdates } from './update/at-start.ts';
import { keepUpdates, standInArgument } from './update/keep-updates.ts';
import { guardClipboard } from './window/clipboard.ts';
import { guardEverything } from './window/contents-guard.ts';
import { openHelpCalmly } from './window/external.ts';
import { createMainWindow, loadApp } from './window/main-window.ts';
import { registerAppScheme } from './window/protocol.ts';
import { keepScreen, type Question } from './window/screen.ts';
import { withoutFeatures } from './window/web-preferences.ts';
import { naming, shellWords } from './window/words.ts';

type RefusedStart = NonNullable<FieldsOf<'start-refused'>['why']>;

const idlePollInterval = 5_000;
/** Longest that a main that broke waits for core to leave in order. */
const leaveLimit = 1_500;

/** Set when this is the command line: no window, no lock, nothing of the profile touched by main. */
const ctl = ctlArguments(process.argv);

const words = shellWords([Intl.DateTimeFormat().resolvedOptions().locale]);

/** @param settings how many stand in the way */
function refuse(why: RefusedStart, title: string, text: string, settings = 0): void {
  log('start-refused', { why, settings });
  // also for whoever started it from a terminal: titles and names of settings
  console.error(`${title}: ${text}`);
  if (ctl === undefined) dialog.showErrorBox(title, text);
  app.exit(1);
}

async function ask(window: BrowserWindow, question: Question, signal: AbortSignal): Promise<number | null> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: question.message,
    detail: question.detail,
    buttons: [...question.buttons],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
    signal,
  });
  return response;
}

/** Ends core in order where there is one; set once there is. */
let leaveCore = async (): Promise<void> => undefined;

/** Main broke: what is open is left in order, and the application starts anew, unless that is no help. */
function broke(written: Written): void {
  const end = (): void => {
    if (ctl === undefined && mayStartAgain(written)) app.relaunch();
    else if (ctl === undefined) dialog.showErrorBox('Carekeep', [words.coreGone, written.reference ?? ''].join('\n\n'));
    app.exit(1);
  };
  const late = new Promise<void>((resolve) => void setTimeout(resolve, leaveLimit));
  Promise.race([leaveCore(), late]).then(end, end);
}

async function run(profile: string, shellLog: ShellLog | undefined): Promise<void> {
  await app.whenReady();
  // macOS needs a menu for copy and paste; elsewhere none, so that no accelerator reloads or opens tools.
  Menu.setApplicationMenu(
    process.platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null,
  );

  // The packaged application takes nobody's word for where the policies are; core is told what main goes by.
  const file = app.isPackaged ? undefined : policiesArgument(process.argv);
  const { policy } = readPolicy({ file });
  // Before core opens anything: what an update left half done is decided by the version that starts.
  const begun = await beginUpdates(profile, app.getVersion(), Date.now());
  const copies = guardClipboard({
    has: (format) => clipboard.has(format),
    clear: () => clipboard.clear(),
    platform: process.platform,
  });

  const openHelp = openHelpCalmly(
    policy.helpAddress,
    (url) => shell.openExternal(url),
    () => performance.now(),
  );

  const office = openPortOffice(
    () => screen.shown(),
    (document, port) => keeper.send({ kind: 'port', document }, port),
    (document) => keeper.send({ kind: 'document-gone', document }),
  );
  /** Reference of the last report, once core cannot be kept alive: from then on there is only the screen that says so. */
  let stopped: string | undefined;
  let lastReference: string | null = null;
  const screen = keepScreen({
    words,
    make: (place) => {
      const window = createMainWindow(place, { screenCaptureProtected: policy.screenCaptureProtected === true });
      office.watch(window);
      return window;
    },
    load: async (window) => {
      await loadApp(window, stopped);
      if (stopped === undefined) updates.pageUp();
    },
    ask,
    quit: () => void quit(),
    note: (event, reason) => {
      if (event === 'screen-gone') shellLog?.screenLost(reason);
      else if (event === 'screen-unresponsive') log(event, {});
      else if (stopped === undefined) log('page-not-loaded', {});
      else refuse('gave-up', 'Carekeep', words.coreGone); // not even the screen that would say so
    },
    now: () => performance.now(),
  });

  const updates = keepUpdates({
    profile,
    version: app.getVersion(),
    start: begun,
    policy,
    resources: app.isPackaged ? process.resourcesPath : standInArgument(process.argv),
    send: (message) => keeper.send(message),
    leave: () => keeper.stop(),
    freshCore: () => void keeper.lock('user'),
    relaunch: (path) => app.relaunch(path === undefined ? {} : { execPath: path }),
    quit: () => void quit(),
    resolveProxy: (url) => session.defaultSession.resolveProxy(url),
  });

  const keeper = keepCore({
    start: (heard, ended) => {
      const told = file === undefined ? [] : ['--policies', file];
      return startCore(profile, heard, ended, updates.onTrial() ? [...told, '--trial'] : told);
    },
    replaceWindow: () => {
      void copies.clearNow();
      screen.replace();
    },
    showDialog: (message) => showFileDialog(screen.shown(), message.request),
    openHelp: () => void openHelp().catch(() => log('help-not-opened', {})),
    clearClipboard: copies.clearAfter,
    update: (message) => updates.heard(message),
    profileInUse: () => refuse('profile-in-use', 'Carekeep', words.inUse),
    lost: (end) => {
      lastReference = shellLog?.coreLost(end) ?? null;
    },
    giveUp: () => {
      if (updates.coreLost()) return;
      log('start-refused', { why: 'gave-up' });
      stopped = lastReference ?? '';
      screen.replace();
    },
    now: () => performance.now(),
  });

  leaveCore = () => keeper.stop();

  let quitting: Promise<void> | undefined;
  function quit(): Promise<void> {
    quitting ??= Promise.allSettled([keeper.stop(), copies.clearNow()]).then(() => app.exit(0));
    return quitting;
  }
  app.on('before-quit', (event) => {
    event.preventDefault();
    void quit();
  });
  app.on('second-instance', () => {
    const window = screen.shown();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  powerMonitor.on('suspend', () => void keeper.lock('suspend'));
  powerMonitor.on('lock-screen', () => void keeper.lock('screen-lock'));
  setInterval(() => keeper.send({ kind: 'system-idle', seconds: powerMonitor.getSystemIdleTime() }), idlePollInterval);

  screen.replace();
}

leaveMemoryOutOfCoreDumps();
// before the first thing that can fail: Electron's own box would quote a path
watchProcess({ part: 'main', version: app.getVersion(), after: broke });
for (const off of ['disable-breakpad', 'disable-crash-reporter']) app.commandLine.appendSwitch(off);
app.commandLine.appendSwitch('disable-blink-features', withoutFeatures.join(','));
const packaged = app.isPackaged;
const settings = refusedSettings(process.env, packaged);
const switches = refusedSwitches(process.argv, { packaged, platform: process.platform });
const profile = profileArgument(process.argv) ?? app.getPath('userData');
if (ctl === undefined) {
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  app.setPath('userData', profile);
  app.setPath('sessionData', join(profile, 'shell'));
  removeCrashDumps(app.getPath('crashDumps'));
}
const shellLog = ctl === undefined ? openShellLog(profile, app.getVersion()) : undefined;
app.enableSandbox();
guardEverything();
registerAppScheme();

if (settings.length > 0) {
  refuse('settings', words.refused.title, naming(words.refused.settings, settings), settings.length);
} else if (switches.length > 0) {
  for (const { name, why } of switches) console.error(`${name}: ${why}`);
  refuse(
    'switches',
    words.refused.title,
    naming(
      words.refused.switches,
      switches.map(({ name }) => name),
    ),
    switches.length,
  );
} else if (ctl !== undefined) {
  runCtl(ctl, profile).catch((error: unknown) => {
    logFault('main', error);
    app.exit(1);
  });
} else if (!app.requestSingleInstanceLock()) {
  app.exit(0);
} else {
  void run(profile, shellLog); // what it throws is nobody's to catch: `broke`
}

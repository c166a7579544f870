/** Start: one instance, one window, one core. Wiring only; each part says for itself why it is there. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu, powerMonitor } from 'electron';
import { startCore } from './bridge/core-process.ts';
import { ctlArguments, runCtl } from './bridge/ctl.ts';
import { showFileDialog } from './bridge/dialogs.ts';
import { refusedSettings } from './bridge/environment.ts';
import { keepCore } from './bridge/keeper.ts';
import { openPortOffice } from './bridge/port.ts';
import { profileArgument } from './bridge/profile.ts';
import { createMainWindow, firstPlace, loadApp, placeOf, type WindowPlace } from './window/main-window.ts';
import { registerAppScheme } from './window/protocol.ts';

const idlePollInterval = 5_000;

/** Set when this is the command line: no window, no lock, nothing of the profile touched by main. */
const ctl = ctlArguments(process.argv);

function refuse(title: string, text: string): void {
  console.error(`${title}: ${text}`);
  if (ctl === undefined) dialog.showErrorBox(title, text);
  app.exit(1);
}

async function run(profile: string): Promise<void> {
  await app.whenReady();
  // macOS needs a menu for copy and paste; elsewhere none, so that no accelerator reloads or opens tools.
  Menu.setApplicationMenu(
    process.platform === 'darwin' ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }]) : null,
  );

  let shown: BrowserWindow | undefined;
  const office = openPortOffice(
    () => shown,
    (document, port) => keeper.send({ kind: 'port', document }, port),
    (document) => keeper.send({ kind: 'document-gone', document }),
  );

  function show(place: WindowPlace): void {
    const old = shown;
    const window = createMainWindow(place);
    shown = window;
    office.watch(window);
    window.on('close', (event) => {
      event.preventDefault();
      void quit();
    });
    window.webContents.on('render-process-gone', () => {
      if (shown === window) show(placeOf(window));
    });
    old?.destroy();
    loadApp(window).catch((error: unknown) => {
      if (shown === window) console.error('the page did not load', error);
    });
  }

  const keeper = keepCore({
    start: (heard, ended) => startCore(profile, heard, ended),
    replaceWindow: () => {
      if (shown !== undefined) show(placeOf(shown));
    },
    showDialog: (message) => showFileDialog(shown, message.request),
    profileInUse: () => refuse('Carekeep', 'These records are already open in another Carekeep on this computer.'),
    giveUp: () =>
      refuse('Carekeep', 'Carekeep stopped several times in a row. The records are untouched and encrypted on disk.'),
    now: () => performance.now(),
  });

  let quitting: Promise<void> | undefined;
  function quit(): Promise<void> {
    quitting ??= keeper.stop().finally(() => app.exit(0));
    return quitting;
  }
  app.on('before-quit', (event) => {
    event.preventDefault();
    void quit();
  });
  app.on('second-instance', () => {
    if (shown?.isMinimized()) shown.restore();
    shown?.focus();
  });
  powerMonitor.on('suspend', () => void keeper.lock('suspend'));
  powerMonitor.on('lock-screen', () => void keeper.lock('screen-lock'));
  setInterval(() => keeper.send({ kind: 'system-idle', seconds: powerMonitor.getSystemIdleTime() }), idlePollInterval);

  show(firstPlace);
}

const refused = refusedSettings(process.env);
const profile = profileArgument(process.argv) ?? app.getPath('userData');
if (ctl === undefined) {
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  app.setPath('userData', profile);
  app.setPath('sessionData', join(profile, 'shell'));
}
app.enableSandbox();
registerAppScheme();

if (refused.length > 0) {
  refuse(
    'Carekeep does not start',
    `These settings weaken encryption: ${refused.join(', ')}. Remove them from the environment.`,
  );
} else if (ctl !== undefined) {
  runCtl(ctl, profile).catch((error: unknown) => {
    console.error('start failed', error);
    app.exit(1);
  });
} else if (!app.requestSingleInstanceLock()) {
  app.exit(0);
} else {
  run(profile).catch((error: unknown) => {
    console.error('start failed', error);
    app.exit(1);
  });
}

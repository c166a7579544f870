/**
 * dialog: answered from a script where one drives the host, by a person where a person does. A script with nothing
 * left in it cancels.
 */

import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type {
  Dialog,
  MessageBoxOptions,
  MessageBoxReturnValue,
  OpenDialogOptions,
  OpenDialogReturnValue,
  SaveDialogOptions,
  SaveDialogReturnValue,
} from 'electron';
import { headed } from './chromium.ts';
import { controlled, obey, report } from './control.ts';
import { askForFiles, askForPlace } from './file-window.ts';
import { refuseUnknown } from './refuse.ts';

const answers: (readonly string[])[] = [];
obey({ 'answer-dialogs': (command) => void answers.push(...command.answers) });

const buttons: number[] = [];
let waiting: ((button: number) => void) | undefined;
obey({
  'answer-question': ({ button }) => {
    if (waiting === undefined) buttons.push(button);
    else waiting(button);
  },
});

/** A question waits until a script answers it, or main takes it away; nobody who drives the host: the first button. */
function askButton({ message, buttons: names = [], cancelId = 0, signal }: MessageBoxOptions): Promise<number> {
  report({ kind: 'question', message, buttons: names });
  console.error(`[question] ${message}`);
  const scriptedButton = buttons.shift();
  if (scriptedButton !== undefined) return Promise.resolve(scriptedButton);
  if (!controlled) return Promise.resolve(cancelId);
  return new Promise((resolve) => {
    const end = (button: number): void => {
      waiting = undefined;
      resolve(button);
    };
    waiting = end;
    signal?.addEventListener('abort', () => end(cancelId), { once: true });
  });
}

const person = headed && !controlled;

/** Electron lets the window be left out; the options come last either way. */
function optionsOf(args: readonly unknown[]): OpenDialogOptions & SaveDialogOptions {
  return Object(args.at(-1));
}

function scripted(title = ''): readonly string[] {
  const paths = answers.shift() ?? [];
  report({ kind: 'dialog', title, paths });
  return paths;
}

export const dialog: { readonly [K in 'showErrorBox']: Dialog[K] } & {
  showOpenDialog: (...args: unknown[]) => Promise<OpenDialogReturnValue>;
  showSaveDialog: (...args: unknown[]) => Promise<SaveDialogReturnValue>;
  showMessageBox: (...args: unknown[]) => Promise<MessageBoxReturnValue>;
} = refuseUnknown('dialog', {
  async showOpenDialog(...args: unknown[]) {
    const { title = '', properties = [] } = optionsOf(args);
    const paths = person
      ? await askForFiles(
          title,
          properties.some((one) => one === 'multiSelections'),
        )
      : scripted(title);
    return { canceled: paths.length === 0, filePaths: [...paths] };
  },
  async showSaveDialog(...args: unknown[]) {
    const { title = '', defaultPath = '' } = optionsOf(args);
    const filePath = person ? await askForPlace(title, resolve(homedir(), defaultPath)) : (scripted(title)[0] ?? '');
    return { canceled: filePath === '', filePath };
  },
  async showMessageBox(...args: unknown[]) {
    return { response: await askButton(Object(args.at(-1))), checkboxChecked: false };
  },
  showErrorBox(title: string, text: string) {
    report({ kind: 'error-box', title, text });
    console.error(`[${title}] ${text}`);
  },
});

/**
 * dialog: answered from a script where one drives the host, by a person where a person does. A script with nothing
 * left in it cancels.
 */

import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type {
  Dialog,
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
  showErrorBox(title: string, text: string) {
    report({ kind: 'error-box', title, text });
    console.error(`[${title}] ${text}`);
  },
});

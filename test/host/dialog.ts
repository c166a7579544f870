/** dialog: answered from a script; with nothing left in it every dialog is cancelled. */
import type {
  Dialog,
  OpenDialogOptions,
  OpenDialogReturnValue,
  SaveDialogOptions,
  SaveDialogReturnValue,
} from 'electron';
import { obey, report } from './control.ts';
import { refuseUnknown } from './refuse.ts';

const answers: (readonly string[])[] = [];
obey({ 'answer-dialogs': (command) => void answers.push(...command.answers) });

/** Electron lets the window be left out; the options come last either way. */
function next(args: readonly unknown[]): readonly string[] {
  const options: OpenDialogOptions | SaveDialogOptions = Object(args.at(-1));
  const paths = answers.shift() ?? [];
  report({ kind: 'dialog', title: options.title ?? '', paths });
  return paths;
}

export const dialog: { readonly [K in 'showErrorBox']: Dialog[K] } & {
  showOpenDialog: (...args: unknown[]) => Promise<OpenDialogReturnValue>;
  showSaveDialog: (...args: unknown[]) => Promise<SaveDialogReturnValue>;
} = refuseUnknown('dialog', {
  async showOpenDialog(...args: unknown[]) {
    const paths = next(args);
    return { canceled: paths.length === 0, filePaths: [...paths] };
  },
  async showSaveDialog(...args: unknown[]) {
    const filePath = next(args)[0] ?? '';
    return { canceled: filePath === '', filePath };
  },
  showErrorBox(title: string, text: string) {
    report({ kind: 'error-box', title, text });
    console.error(`[${title}] ${text}`);
  },
});

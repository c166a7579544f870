/**
 * Asks the shell for a file dialog. Paths come back to core and stay here: the renderer never names a path and never
 * hears one.
 */
import type { CoreToShell, DialogRequest } from '../../src-shared/wire.ts';

export type Dialogs = {
  /** Paths chosen; empty when the dialog was dismissed. */
  ask(request: DialogRequest): Promise<readonly string[]>;
  answered(dialog: number, paths: readonly string[]): void;
};

export function createDialogs(toShell: (message: CoreToShell) => void): Dialogs {
  const waiting = new Map<number, (paths: readonly string[]) => void>();
  let next = 1;
  return {
    ask: (request) =>
      new Promise((resolve) => {
        const dialog = next++;
        waiting.set(dialog, resolve);
        toShell({ kind: 'dialog', dialog, request });
      }),
    answered: (dialog, paths) => {
      waiting.get(dialog)?.(paths);
      waiting.delete(dialog);
    },
  };
}

/** For a core without a shell (command line): there is nobody to ask. */
export const noDialogs: Dialogs = { ask: async () => [], answered: () => undefined };

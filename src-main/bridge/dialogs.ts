/** Shows the system's file dialogs for core. The paths go back to core only. */
import { type BrowserWindow, dialog } from 'electron';
import type { DialogRequest, FileFilter } from '../../src-shared/wire.ts';
import { oneAtATime } from './one-dialog.ts';

const forElectron = (filters: readonly FileFilter[]): { name: string; extensions: string[] }[] =>
  filters.map(({ name, extensions }) => ({ name, extensions: [...extensions] }));

/** The chosen paths; none when the person cancelled, or has another dialog of this window before them. */
export const showFileDialog = oneAtATime(ask);

async function ask(window: BrowserWindow, request: DialogRequest): Promise<readonly string[]> {
  const filters = forElectron(request.filters);
  switch (request.type) {
    case 'open': {
      const chosen = await dialog.showOpenDialog(window, {
        title: request.title,
        filters,
        properties: request.multiple ? ['openFile', 'multiSelections'] : ['openFile'],
      });
      return chosen.canceled ? [] : chosen.filePaths;
    }
    case 'save': {
      const chosen = await dialog.showSaveDialog(window, {
        title: request.title,
        filters,
        defaultPath: request.defaultName,
        properties: ['showOverwriteConfirmation'],
      });
      return chosen.canceled || chosen.filePath === '' ? [] : [chosen.filePath];
    }
  }
}

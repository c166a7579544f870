/** ipcMain: hears the isolated worlds of all windows. */
import { EventEmitter } from 'node:events';
import { refuseUnknown } from './refuse.ts';

class HostIpcMain extends EventEmitter {}
const host = new HostIpcMain();
export const ipcMain = refuseUnknown('ipcMain', host);

export function heardFromPage(channel: string, event: unknown, data: unknown): void {
  host.emit(channel, event, data);
}

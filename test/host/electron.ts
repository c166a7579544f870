/**
 * Stands in for the module `electron` in main, on plain Node with Debian's Chromium: for development, tests and
 * demonstrations. What is not here does not exist: importing it fails, asking for it throws.
 */
export { app } from './app.ts';
export { clipboard } from './clipboard.ts';
export { dialog } from './dialog.ts';
export { ipcMain } from './ipc.ts';
export { Menu } from './menu.ts';
export { MessageChannelMain } from './ports.ts';
export { nativeTheme, powerMonitor } from './power.ts';
export { protocol, session } from './session.ts';
export { shell } from './shell.ts';
export { utilityProcess } from './utility.ts';
export { BrowserWindow } from './window.ts';

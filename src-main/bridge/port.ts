/** The only place that listens to the renderer: hands each document its one port to core, once. */
import { type BrowserWindow, ipcMain, MessageChannelMain, type MessagePortMain } from 'electron';
import { portChannel } from '../../src-shared/bridge.ts';
import { log } from '../logs/log.ts';
import { countDocuments } from './documents.ts';
import { mayHavePort } from './gate.ts';

export type PortOffice = {
  /** Call for each new window before it loads. */
  readonly watch: (window: BrowserWindow) => void;
};

/**
 * @param shown the window that is shown now
 * @param give brings core's end of the channel to core
 * @param gone tells core that a document has left
 */
export function openPortOffice(
  shown: () => BrowserWindow | undefined,
  give: (document: number, port: MessagePortMain) => void,
  gone: (document: number) => void,
): PortOffice {
  const documents = countDocuments();
  const leave = (): void => {
    const document = documents.leave();
    if (document !== undefined) gone(document);
  };

  ipcMain.on(portChannel, (event) => {
    const frame = event.senderFrame;
    const answer = mayHavePort({
      ourWindow: shown()?.webContents === event.sender,
      frame: frame === null ? null : { url: frame.url, isTop: frame.parent === null },
      hasPort: documents.current() !== undefined,
    });
    if (answer !== 'allow' || frame === null) {
      if (answer !== 'allow') log('port-refused', { answer });
      return;
    }
    const { port1, port2 } = new MessageChannelMain();
    give(documents.enter(), port1);
    try {
      frame.postMessage(portChannel, null, [port2]);
    } catch {
      // Electron throws for a frame that went in this moment; no page may take main along by going
      log('port-refused', { answer: 'frame-gone' });
      leave();
    }
  });

  return {
    watch: (window) => {
      leave();
      window.webContents.on('did-start-navigation', (details) => {
        if (details.isMainFrame && !details.isSameDocument) leave();
      });
    },
  };
}

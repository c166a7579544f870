/** A file dialog for a person at the Chromium host: a small window of the host's own, not of the application's. */
import type { Page } from 'playwright';
import { theBrowser } from './chromium.ts';

const asText = (text: string): string => text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

async function ask(title: string, field: string): Promise<{ page: Page; sent: Promise<boolean> }> {
  const context = await (await theBrowser()).newContext({ viewport: null });
  const page = await context.newPage();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  page.on('close', () => resolve(false));
  await page.exposeFunction('finish', (chosen: boolean) => resolve(chosen));
  await page.setContent(`<!doctype html><title>Chromium host: files</title>
    <body style="font: 15px sans-serif; margin: 48px">
    <h1 style="font-size: 18px">${asText(title)}</h1>
    <form onsubmit="finish(true); return false">${field}
    <p><button>OK</button> <button type="button" onclick="finish(false)">Cancel</button></p></form>`);
  return { page, sent: promise };
}

async function closed<T>(page: Page, work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return page.isClosed() ? otherwise : await work();
  } finally {
    if (!page.isClosed()) await page.context().close();
  }
}

/** Absolute paths of the files that were picked; none when the window was closed. */
export async function askForFiles(title: string, multiple: boolean): Promise<readonly string[]> {
  const { page, sent } = await ask(title, `<input type="file" required ${multiple ? 'multiple' : ''}>`);
  const chosen = await sent;
  const pick = async (): Promise<readonly string[]> => {
    const cdp = await page.context().newCDPSession(page);
    const paths: string[] = [];
    for (let at = 0; chosen; at += 1) {
      const { result } = await cdp.send('Runtime.evaluate', {
        expression: `document.querySelector('input').files[${at}]`,
      });
      if (result.objectId === undefined) break;
      // the page itself never learns a path
      paths.push((await cdp.send('DOM.getFileInfo', { objectId: result.objectId })).path);
    }
    return paths;
  };
  return closed(page, pick, []);
}

/** The path that was typed; empty when the window was closed. */
export async function askForPlace(title: string, proposal: string): Promise<string> {
  const { page, sent } = await ask(title, `<input size="80" required value="${asText(proposal)}">`);
  const chosen = await sent;
  return closed(page, async () => (chosen ? await page.locator('input').inputValue() : ''), '');
}

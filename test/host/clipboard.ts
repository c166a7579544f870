/**
 * clipboard: the browser's own, looked at and emptied through a page of the host's that is there for that moment.
 * Which types lie on it is what a paste shows a page, so the text itself is never taken.
 */
import type { Clipboard } from 'electron';
import type { Page } from 'playwright';
import { theBrowser } from './chromium.ts';
import { obey } from './control.ts';
import { refuseUnknown } from './refuse.ts';

/** The format in which Chromium on Linux keeps a page's own types; a page sees those types themselves. */
const ownTypes = 'electron application/osclipboard;format="chromium/x-web-custom-data"';
const standard = new Set(['text/plain', 'text/html', 'text/rtf', 'text/uri-list', 'image/png', 'Files']);

async function inOwnPage<T>(work: (page: Page) => Promise<T>): Promise<T> {
  const context = await (await theBrowser()).newContext();
  try {
    const page = await context.newPage();
    await page.evaluate(() => {
      const field = document.createElement('textarea');
      document.body.append(field);
      field.focus();
    });
    return await work(page);
  } finally {
    await context.close();
  }
}

function types(): Promise<readonly string[]> {
  return inOwnPage(async (page) => {
    await page.evaluate(() => {
      document.addEventListener('paste', (event) => {
        const { clipboardData: data } = event;
        document.title = JSON.stringify(data?.types.filter((type) => data.getData(type) !== ' ') ?? []);
      });
    });
    await page.keyboard.press('Control+V');
    // an empty clipboard is no paste at all: the key has been handled, and nothing was heard
    const seen: unknown = JSON.parse((await page.title()) || '[]');
    return Array.isArray(seen) ? seen.filter((one) => typeof one === 'string') : [];
  });
}

function clear(): Promise<void> {
  return inOwnPage(async (page) => {
    const cleared = page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          document.addEventListener('copy', (event) => {
            event.preventDefault();
            // a page cannot empty it; one blank counts as nothing above
            event.clipboardData?.setData('text/plain', ' ');
            resolve();
          });
          document.querySelector('textarea')?.setRangeText(' ');
          document.querySelector('textarea')?.select();
        }),
    );
    await page.keyboard.press('Control+C');
    await cleared;
  });
}

let clearing: Promise<void> = Promise.resolve();

export const clipboard: Pick<Clipboard, 'has' | 'clear'> = refuseUnknown('clipboard', {
  has: async (format: string) => {
    if (format !== ownTypes) throw new Error(`the Chromium host cannot look for ${format}`);
    return (await types()).some((one) => !standard.has(one));
  },
  clear: () => {
    clearing = clear().catch((error: unknown) => console.error('[Chromium host] clipboard not cleared', error));
  },
});

obey({
  'clipboard-types': async () => {
    await clearing;
    return types();
  },
});

/**
 * Keeps one window on the screen: replaced at each lock and veil, made anew when its process dies, a bounded number of
 * times. What is outside (Electron's window and dialogs, the clock) comes in, so that tests drive it.
 */
import type { BrowserWindow } from 'electron';
import { tooMany } from '../bridge/bounded.ts';
import { firstPlace, placeOf, type WindowPlace } from './place.ts';
import type { ShellWords } from './words.ts';

const lossLimit = 3;
const lossWindow = 10_000;

export type Question = {
  readonly message: string;
  readonly detail: string;
  /** The first is what Return and Escape answer. */
  readonly buttons: readonly [string, string];
};

export type ScreenParts = {
  readonly words: ShellWords;
  /** Makes a window, guarded and known to the port office, not loaded. */
  readonly make: (place: WindowPlace) => BrowserWindow;
  readonly load: (window: BrowserWindow) => Promise<void>;
  /** Shows a question of main's own; resolves with the button's place, or null when `signal` has taken it away. */
  readonly ask: (window: BrowserWindow, question: Question, signal: AbortSignal) => Promise<number | null>;
  readonly quit: () => void;
  /** For the log: a closed list, and Electron's own word for the reason. */
  readonly note: (event: 'screen-gone' | 'screen-not-loaded' | 'screen-unresponsive', reason: string) => void;
  readonly now: () => number;
};

export type Screen = {
  readonly shown: () => BrowserWindow | undefined;
  /** A fresh renderer in the place of the old one; the first window, where there is none. */
  readonly replace: () => void;
};

export function keepScreen(parts: ScreenParts): Screen {
  const { words } = parts;
  let shown: BrowserWindow | undefined;
  let lossesAreTooMany = tooMany(lossLimit, lossWindow, parts.now);
  let asking: AbortController | undefined;

  function replace(): void {
    const old = shown;
    asking?.abort(); // a question about the old window has no answer any more
    asking = undefined;
    const window = parts.make(old === undefined ? firstPlace : placeOf(old));
    shown = window;
    window.on('close', (event) => {
      event.preventDefault();
      parts.quit();
    });
    window.webContents.on('render-process-gone', (_event, details) => {
      if (shown === window) lost(window, details.reason);
    });
    window.on('unresponsive', () => void slow(window));
    window.on('responsive', () => {
      if (shown === window) asking?.abort();
    });
    old?.destroy();
    parts.load(window).catch(() => {
      if (shown === window) parts.note('screen-not-loaded', '');
    });
  }

  /** Asks once at a time; null where the question went away by itself. */
  async function ask(window: BrowserWindow, question: Question): Promise<number | null> {
    asking?.abort();
    const own = new AbortController();
    asking = own;
    const answer = await parts.ask(window, question, own.signal).catch(() => null);
    const stands = asking === own && !own.signal.aborted;
    if (asking === own) asking = undefined;
    return stands ? answer : null;
  }

  function lost(window: BrowserWindow, reason: string): void {
    parts.note('screen-gone', reason);
    if (!lossesAreTooMany()) {
      replace();
      return;
    }
    void ask(window, {
      message: words.screen.title,
      detail: words.screen.text,
      buttons: [words.screen.again, words.screen.close],
    }).then((answer) => {
      if (answer === 1) parts.quit();
      if (answer !== 0) return;
      lossesAreTooMany = tooMany(lossLimit, lossWindow, parts.now);
      replace();
    });
  }

  async function slow(window: BrowserWindow): Promise<void> {
    if (shown !== window || asking !== undefined) return;
    parts.note('screen-unresponsive', '');
    const answer = await ask(window, {
      message: words.slow.title,
      detail: words.slow.text,
      buttons: [words.slow.wait, words.slow.anew],
    });
    if (answer === 1 && shown === window) replace();
  }

  return { shown: () => shown, replace };
}

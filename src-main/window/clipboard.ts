/**
 * Takes an identifier that somebody copied off the clipboard again: after some seconds, at every lock and at the end.
 *
 * Main must not read what was copied. The page puts a type of its own beside the text; Chromium writes such types
 * into one format of the system's clipboard, and main asks only whether that format is there. If it is not, somebody
 * has copied something else meanwhile, and that stays. What it cannot tell apart is another Chromium program that put
 * a type of its own there within those seconds: then its copy goes too, which is the harmless mistake of the two.
 */

/** How Chromium names the format in which it keeps a page's own types. */
const ownTypes: Readonly<Record<string, string>> = {
  darwin: 'org.chromium.web-custom-data',
  linux: 'chromium/x-web-custom-data',
  win32: 'Chromium Web Custom MIME Data Format',
};

/** As Electron's clipboard is asked for a format of the system's. */
export function copiedFormat(platform: string): string {
  return `electron application/osclipboard;format="${ownTypes[platform] ?? ownTypes['linux']}"`;
}

export type ClipboardParts = {
  readonly has: (format: string) => Promise<boolean>;
  readonly clear: () => void;
  readonly platform: string;
};

export type ClipboardGuard = {
  /** Something was copied on purpose: it goes in so many seconds, or at `clearNow`. */
  readonly clearAfter: (seconds: number) => void;
  /** A lock or the end: what is still ours goes at once. Nothing happens where nothing was copied. */
  readonly clearNow: () => Promise<void>;
};

export function guardClipboard(parts: ClipboardParts): ClipboardGuard {
  let timer: NodeJS.Timeout | undefined;

  async function clearNow(): Promise<void> {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    // who cannot say whether it is ours clears it
    if (await parts.has(copiedFormat(parts.platform)).catch(() => true)) parts.clear();
  }

  return {
    clearAfter: (seconds) => {
      clearTimeout(timer);
      timer = setTimeout(() => void clearNow(), seconds * 1000);
    },
    clearNow,
  };
}

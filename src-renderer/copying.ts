/**
 * The one way an identifier or a code is copied. What is marked `data-copy-clears` goes onto the clipboard as plain
 * text with a type of ours beside it, by which main finds it again without reading it, and core starts the clock. It
 * makes no difference whether the person pressed the button or selected it and pressed Ctrl+C.
 */
import { call } from './client.ts';

/** Beside the text; Chromium keeps it in a format of its own, which is all that main looks for. */
export const copiedType = 'application/x-carekeep-copied';

/** Spread onto whatever shows an identifier or a code. */
export const copyClears = { 'data-copy-clears': '' } as const;

let onPurpose: string | undefined;

/** Copies a text on purpose; call it from a click or a key only. False where the system refused. */
export function copyIdentifier(text: string): boolean {
  onPurpose = text;
  try {
    return document.execCommand('copy');
  } finally {
    onPurpose = undefined;
  }
}

/** The selected text, where any of it lies in something marked. */
function markedSelection(): string | undefined {
  const selection = window.getSelection();
  if (selection === null || selection.isCollapsed) return undefined;
  const marked = [...document.querySelectorAll('[data-copy-clears]')].some((one) => selection.containsNode(one, true));
  return marked ? selection.toString() : undefined;
}

function onCopy(event: ClipboardEvent): void {
  const text = onPurpose ?? markedSelection();
  if (text === undefined || event.clipboardData === null) return;
  event.preventDefault();
  event.clipboardData.setData('text/plain', text);
  event.clipboardData.setData(copiedType, '1');
  // who is signed out meanwhile has had a lock, and that empties it too
  call('app.copied', {}).catch(() => undefined);
}

/** Call once per document. */
export function watchCopying(): void {
  // Without a selection the command is there only if somebody says that they will fill it.
  document.addEventListener('beforecopy', (event) => {
    if (onPurpose !== undefined) event.preventDefault();
  });
  document.addEventListener('copy', onCopy, { capture: true });
}

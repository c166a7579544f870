/** Every shortcut there is, in one place, so that no two rooms take the same keys. */
import { useHotkeys } from '@mantine/hooks';

export const shortcuts = {
  find: { keys: 'mod+K', show: ['Ctrl', 'K'] },
  lock: { keys: 'mod+L', show: ['Ctrl', 'L'] },
  veil: { keys: 'mod+Shift+L', show: ['Ctrl', '⇧', 'L'] },
  newPatient: { keys: 'mod+N', show: ['Ctrl', 'N'] },
  sign: { keys: 'mod+Enter', show: ['Ctrl', '⏎'] },
  newNote: { keys: 'N', show: ['N'] },
  keepShown: { keys: '1', show: ['1'] },
  takeOther: { keys: '2', show: ['2'] },
  vitals: { keys: 'V', show: ['V'] },
} as const satisfies Record<string, { readonly keys: string; readonly show: readonly string[] }>;
export type ShortcutName = keyof typeof shortcuts;

/** Value of `aria-keyshortcuts` for a shortcut. */
export function ariaKeys(name: ShortcutName): string {
  return shortcuts[name].keys.replace('mod', 'Control');
}

/**
 * Runs an action on a shortcut while the component stands. Those with Ctrl work inside text fields too; single
 * letters never do.
 */
export function useShortcut(name: ShortcutName, action: () => void, enabled = true): void {
  const { keys } = shortcuts[name];
  const everywhere = keys.startsWith('mod+');
  useHotkeys(
    enabled ? [[keys, () => action(), { preventDefault: true }]] : [],
    everywhere ? [] : ['INPUT', 'TEXTAREA', 'SELECT'],
    everywhere,
  );
}

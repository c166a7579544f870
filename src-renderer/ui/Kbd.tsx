import { type ShortcutName, shortcuts } from './hotkeys.ts';

/** Keys of one shortcut as keycaps: `<Kbd keys={['Ctrl', 'K']} />` or `<Kbd of="find" />`. Decoration for the eye. */
export function Kbd(props: { readonly keys: readonly string[] } | { readonly of: ShortcutName }) {
  const keys = 'of' in props ? shortcuts[props.of].show : props.keys;
  return (
    <span className="ck-kbds" aria-hidden="true">
      {keys.map((key) => (
        <kbd key={key} className="ck-kbd">
          {key}
        </kbd>
      ))}
    </span>
  );
}

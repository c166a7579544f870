import { ariaKeys, Kbd } from '../ui/index.ts';
import classes from './find.module.css';
import { usePlaceholder } from './placeholder.ts';

/** The search box of the top bar: looks like a field, opens the finder. */
export function FindBox({ onOpen }: { readonly onOpen: () => void }) {
  const placeholder = usePlaceholder();
  return (
    <button
      type="button"
      className={classes.box}
      aria-haspopup="dialog"
      aria-keyshortcuts={ariaKeys('find')}
      onClick={onOpen}
    >
      <span>{placeholder}</span>
      <Kbd of="find" />
    </button>
  );
}

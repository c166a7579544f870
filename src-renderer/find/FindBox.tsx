import { useTranslation } from 'react-i18next';
import { ariaKeys, Kbd } from '../ui/index.ts';
import classes from './find.module.css';

/** The search box of the top bar: looks like a field, opens the finder. */
export function FindBox({ onOpen }: { readonly onOpen: () => void }) {
  const { t } = useTranslation('find');
  return (
    <button
      type="button"
      className={classes.box}
      aria-haspopup="dialog"
      aria-keyshortcuts={ariaKeys('find')}
      onClick={onOpen}
    >
      <span>{t('placeholder')}</span>
      <Kbd of="find" />
    </button>
  );
}

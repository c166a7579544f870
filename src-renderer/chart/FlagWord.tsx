import { useTranslation } from 'react-i18next';
import classes from './chart.module.css';
import type { Flag } from './model/series.ts';

const signs: { readonly [F in Flag]: string } = { high: '▲', low: '▼', abnormal: '●' };

/** Outside of its range: a sign and a word. */
export function FlagWord({ flag }: { readonly flag: Flag | undefined }) {
  const { t } = useTranslation('chart');
  if (flag === undefined) return null;
  return (
    <span className={classes.flag}>
      <span aria-hidden>{signs[flag]}</span> {t(`flag.${flag}`)}
    </span>
  );
}

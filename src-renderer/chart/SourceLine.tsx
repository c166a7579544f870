import { useTranslation } from 'react-i18next';
import type { ChartRow } from '../../src-shared/contract/chart.ts';
import { useFormat } from '../ui/index.ts';
import classes from './chart.module.css';

/** Who recorded it and where it came from, in one line. */
export function SourceLine({ source }: { readonly source: ChartRow['source'] }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const when = format.dateTime(source.at);
  return (
    <span className={classes.source}>
      {source.kind === 'import' ? (
        <>
          {t('source.import')} <bdi>{source.import ?? ''}</bdi>
          {', '}
          {t('source.importedBy', { when })} <bdi>{source.by}</bdi>
        </>
      ) : (
        <>
          {t('source.local', { when })} <bdi>{source.by}</bdi>
        </>
      )}
    </span>
  );
}

import { useTranslation } from 'react-i18next';
import { parseLossless } from '../../src-shared/fhir/lossless.ts';
import { errorValueOf, useProcedure } from '../client.ts';
import { ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import type { Item } from './model/chart.ts';

/** Laid out for reading; numbers stay as written, and what is no JSON is shown as it is. */
function laidOut(json: string): string {
  try {
    return JSON.stringify(parseLossless(json), null, 2);
  } catch {
    return json;
  }
}

/** A record as stored, with its earlier versions. Looking at it is an entry of its own. */
export function StoredView({ item }: { readonly item: Item }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const { data, error, isPending, refetch } = useProcedure(
    'chart.source',
    { id: item.row.id },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  if (isPending) return <LoadingSkeleton rows={6} rowHeight={20} />;
  if (error !== null) {
    // Asking again would not change what this role sees.
    if (errorValueOf(error).code === 'source-masked') return <ErrorState error={error} />;
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  }
  return (
    <div className={classes.drawerPart}>
      <h3>{t('storedVersion', { version: data.row.version })}</h3>
      {data.signature !== null && (
        <p className={data.signature === 'holds' ? classes.signature : classes.signatureWrong}>
          {t(`signatureState.${data.signature}`)}
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
      <pre className={classes.stored} tabIndex={0}>
        {laidOut(data.row.json)}
      </pre>
      {data.history.map((old) => (
        <details key={old.version}>
          <summary>{t('storedEarlier', { version: old.version, when: format.dateTime(old.replacedAt) })}</summary>
          <pre className={classes.stored}>{laidOut(old.json)}</pre>
        </details>
      ))}
    </div>
  );
}

/** The states of a screen beside "full": empty, loading, error. */
import { Button, Skeleton } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from './error-text.ts';
import { announce } from './LiveRegion.tsx';

/** Nothing here yet, and the first thing to do about it. */
export function EmptyState({
  title,
  text,
  action,
  icon,
}: {
  readonly title: string;
  readonly text?: ReactNode;
  readonly action?: ReactNode;
  readonly icon?: ReactNode;
}) {
  return (
    <div className="ck-state">
      {icon !== undefined && (
        <div className="ck-state-icon" aria-hidden="true">
          {icon}
        </div>
      )}
      <p className="ck-state-title">{title}</p>
      {text !== undefined && <p className="ck-dim">{text}</p>}
      {action !== undefined && <div className="ck-state-action">{action}</div>}
    </div>
  );
}

/** What happened, what is safe, what to do. */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation('app');
  const text = useErrorText();
  return (
    <div className="ck-state" role="alert">
      <p className="ck-state-title">
        <span className="ck-danger-text" aria-hidden="true">
          ▲{' '}
        </span>
        {text(error)}
      </p>
      <p className="ck-dim">{t('state.safe')}</p>
      {onRetry !== undefined && (
        <div className="ck-state-action">
          <Button variant="default" onClick={onRetry}>
            {t('action.retry')}
          </Button>
        </div>
      )}
    </div>
  );
}

const widths = ['62%', '48%', '71%', '55%', '66%', '43%'];

/** Grey lines where rows will stand, of the same height, so that nothing jumps. Announced once if it takes long. */
export function LoadingSkeleton({ rows = 4, rowHeight = 36 }: { readonly rows?: number; readonly rowHeight?: number }) {
  const { t } = useTranslation('app');
  useEffect(() => {
    const timer = setTimeout(() => announce(t('state.loading')), 1000);
    return () => clearTimeout(timer);
  }, [t]);
  return (
    <div className="ck-skeleton" aria-busy="true">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike and never move
        <div key={row} className="ck-skeleton-row" style={{ height: rowHeight }}>
          <Skeleton height={11} width={widths[row % widths.length] ?? '60%'} radius="sm" />
        </div>
      ))}
    </div>
  );
}

import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAction, useProcedure } from '../client.ts';
import { useFormat } from '../ui/index.ts';
import { StopReference } from '../ui/StopReference.tsx';

/** Said once, on the screen that comes after: something stopped, nothing is lost, and what to tell IT staff. */
export function StopNotice() {
  const { t } = useTranslation('start');
  const format = useFormat();
  const { data } = useProcedure('app.lastStop', {}, { staleTime: Number.POSITIVE_INFINITY });
  const seen = useAction('app.stopSeen', { stale: ['app.lastStop'] });
  const stop = data?.stop ?? null;
  if (stop === null) return null;
  return (
    <section className="ck-stop-notice" role="status" aria-label={t('stop.title')}>
      <strong>{t('stop.title')}</strong>
      <p>{t('stop.text', { ago: format.ago(stop.at, Date.now()) })}</p>
      <div className="ck-stop-foot">
        <StopReference reference={stop.reference} />
        <UnstyledButton className="ck-link" onClick={() => seen.mutate({ reference: stop.reference })}>
          {t('stop.close')}
        </UnstyledButton>
      </div>
    </section>
  );
}

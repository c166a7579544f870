import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOffer } from './offer-here.tsx';
import { UpdateOutcome } from './UpdateOutcome.tsx';
import { notInstalled } from './use-updates.ts';
import './updates.css';

/** On the page where a day begins: an update that is ready, or how the last one ended. */
export function UpdateBanner() {
  const { t } = useTranslation('updates');
  const { status, shown, ask, later, outcomeRead, readOutcome } = useOffer();
  if (status !== null && !outcomeRead && (status.state.phase === 'kept' || status.state.phase === 'fell-back')) {
    return <UpdateOutcome status={status} onRead={readOutcome} />;
  }
  if (shown === null) return null;
  const because = status === null ? null : notInstalled(status);
  const title = t('ready.title', { version: shown.version });
  return (
    <section className="ck-update-banner" data-tone={shown.required ? 'warn' : 'accent'} aria-label={title}>
      <div>
        <p className="ck-update-title">
          <span aria-hidden="true">{shown.required ? '▲ ' : '↑ '}</span>
          {title}
        </p>
        {because !== null && <p>{t(`refusal.${because}.what`)}</p>}
        {shown.required && <p>{t('ready.required-text')}</p>}
        <p className="ck-dim">{t('ready.text')}</p>
      </div>
      <div className="ck-update-actions">
        <Button variant="default" size="xs" onClick={later}>
          {t('ready.later')}
        </Button>
        <Button size="xs" onClick={ask}>
          {t('ready.install')}
        </Button>
      </div>
    </section>
  );
}

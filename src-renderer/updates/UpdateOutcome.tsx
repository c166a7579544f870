import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ReleaseNotes } from './ReleaseNotes.tsx';
import type { UpdateStatus } from './use-updates.ts';
import './updates.css';

type UpdateOutcomeProps = {
  readonly status: UpdateStatus;
  /** Takes it away; without it, it stays. */
  readonly onRead?: () => void;
};

/** Said once after an update: it is there, with what is new; or it did not stay, and what is safe. */
export function UpdateOutcome({ status, onRead }: UpdateOutcomeProps) {
  const { t } = useTranslation('updates');
  const { phase, offer, fellBackFrom } = status.state;
  const kept = phase === 'kept';
  const title = kept
    ? t('kept.title', { version: status.version })
    : fellBackFrom === null
      ? t('fell-back.title-any')
      : t('fell-back.title', { version: fellBackFrom });
  return (
    <section className="ck-update-banner" data-tone={kept ? 'good' : 'warn'} aria-label={title}>
      <div>
        <p className="ck-update-title">
          <span aria-hidden="true">{kept ? '✓ ' : '▲ '}</span>
          {title}
        </p>
        <p className="ck-dim">{t(kept ? 'kept.text' : 'fell-back.text')}</p>
        {kept && offer !== null && offer.version === status.version && (
          <ReleaseNotes offer={offer} title={t('ready.what-is-new')} />
        )}
      </div>
      {onRead !== undefined && (
        <div className="ck-update-actions">
          <Button variant="default" size="xs" onClick={onRead}>
            {t('hide')}
          </Button>
        </div>
      )}
    </section>
  );
}

import { Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Card, Chip, DateText, useFormat } from '../ui/index.ts';
import type { UpdateStatus } from './use-updates.ts';
import { standingOf } from './words.ts';

/** How it stands here: one word first, then what it is made of. */
export function UpdateFacts({ status }: { readonly status: UpdateStatus }) {
  const { t } = useTranslation('updates');
  const format = useFormat();
  const { version, state } = status;
  const { tone, sign, word } = standingOf(t, status);
  const { phase, offer, done, lastGood, lastTry, source, channel, ring, fellBackFrom } = state;
  return (
    <Card title={t('state.title')}>
      <p className="ck-update-line" role="status">
        <strong className="ck-update-version">Carekeep {version}</strong>
        <Chip tone={tone} sign={sign}>
          {word}
        </Chip>
      </p>
      {phase === 'downloading' && offer !== null && (
        <div className="ck-update-progress">
          <Progress
            value={done === null ? 100 : Math.min(100, (done / offer.size) * 100)}
            animated={done === null}
            aria-label={`${t('state.phase.downloading')}: Carekeep ${offer.version}`}
          />
          <p className="ck-dim">
            {t('state.downloaded', { done: format.bytes(done ?? 0), size: format.bytes(offer.size) })}
          </p>
        </div>
      )}
      <dl className="ck-update-facts">
        <dt>{t('state.last-good')}</dt>
        <dd>{lastGood === null ? t('state.never') : <DateText at={lastGood} />}</dd>
        <dt>{t('state.last-try')}</dt>
        <dd>{lastTry === null ? t('state.never') : <DateText at={lastTry} />}</dd>
        <dt>{t('state.source')}</dt>
        <dd>{source === null ? t('state.no-source') : t(`state.sources.${source}`)}</dd>
        <dt>{t('state.channel')}</dt>
        <dd>{t(`state.channels.${channel}`)}</dd>
        <dt>{t('state.ring')}</dt>
        <dd>{t(`state.rings.${ring}`)}</dd>
        {fellBackFrom !== null && (
          <>
            <dt>{t('state.fell-back-from')}</dt>
            <dd>{t('state.fell-back-value', { version: fellBackFrom })}</dd>
          </>
        )}
      </dl>
    </Card>
  );
}

import { useTranslation } from 'react-i18next';
import { useProcedure } from '../client.ts';
import { Chip, useFormat } from '../ui/index.ts';

/** The weekly check that core does by itself: what the last whole one said, or when the first one comes. */
export function ScrubChip() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const scrub = useProcedure('audit.scrub', {}).data;
  if (scrub === undefined) return null;
  const { last, running, due } = scrub;
  if (last !== null) {
    return (
      <Chip tone={last.ok ? 'good' : 'danger'} sign={last.ok ? '✓' : '▲'}>
        {t(last.ok ? 'scrub.good' : 'scrub.bad', { when: format.dateTime(last.finishedAt) })}
      </Chip>
    );
  }
  if (running !== null) return <Chip>{t('scrub.first')}</Chip>;
  return due === null || due <= Date.now() ? null : <Chip>{t('scrub.never', { when: format.dateTime(due) })}</Chip>;
}

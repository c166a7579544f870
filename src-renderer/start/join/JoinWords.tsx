import { Button, Group, Loader } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../../src-shared/contract/index.ts';
import { call, useProcedure } from '../../client.ts';
import { FormError } from '../../ui/FormError.tsx';
import { announce } from '../../ui/LiveRegion.tsx';
import { SixWords } from '../../ui/SixWords.tsx';
import { StepHeading } from '../StepHeading.tsx';

export type Asked = Output<'enrolment.ask'>;

type WordsProps = { readonly asked: Asked; readonly onAgain: () => void; readonly onDone: () => Promise<void> };

/** How often is asked whether the admin has said yes, milliseconds. */
const every = 1500;

/** Six words to compare with the admin's screen; then the admin's yes; then the one here. */
export function JoinWords({ asked, onAgain, onDone }: WordsProps) {
  const { t } = useTranslation('start');
  const answer = useProcedure('enrolment.answer', {}, { refetchInterval: every });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const state = answer.data?.state ?? 'waiting';
  useEffect(() => {
    if (state === 'welcomed') announce(t('join.welcomed'));
  }, [state, t]);

  const finish = async () => {
    setBusy(true);
    setError(null);
    try {
      await call('enrolment.finish', { words: asked.words });
      await onDone();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };

  if ((state === 'expired' || state === 'none') && !busy) {
    return (
      <div>
        <StepHeading>{t('join.expired.title')}</StepHeading>
        <p className="ck-start-text">{t('join.expired.text')}</p>
        <Group justify="flex-end" mt="lg">
          <Button onClick={onAgain}>{t('join.again')}</Button>
        </Group>
      </div>
    );
  }
  return (
    <div>
      <StepHeading>{t('join.compare.title')}</StepHeading>
      <p className="ck-start-text">{t('join.compare.text')}</p>
      <SixWords words={asked.words} label={t('join.compare.words')} />
      <div className="ck-check ck-join-state" data-tone={state === 'welcomed' ? 'good' : 'plain'}>
        {state === 'welcomed' ? (
          <span>✓ {t('join.welcomed')}</span>
        ) : (
          <>
            <Loader size={16} /> {t('join.waiting')}
          </>
        )}
      </div>
      <FormError error={error ?? answer.error} />
      <Group justify="space-between" mt="lg">
        <Button variant="default" onClick={onAgain} disabled={busy}>
          {t('join.differ')}
        </Button>
        <Button onClick={() => void finish()} loading={busy} disabled={state !== 'welcomed'}>
          {t('join.same')}
        </Button>
      </Group>
    </div>
  );
}

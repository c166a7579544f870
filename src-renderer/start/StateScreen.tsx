import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StartState } from '../../src-shared/contract/app.ts';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { LanguageMenu } from './LanguageMenu.tsx';
import { type ProvedStep, ProveForm } from './ProveForm.tsx';
import { RestoreForm } from './RestoreForm.tsx';
import { StepHeading } from './StepHeading.tsx';

export type TroubleState = Exclude<StartState, 'not-set-up' | 'kit-unconfirmed' | 'locked'>;

/** The way out that a state offers beside looking again. */
const wayOut: { readonly [S in TroubleState]: 'restore' | readonly ProvedStep[] | 'none' } = {
  'key-file-missing': 'restore',
  'key-file-damaged': 'restore',
  'key-file-rolled-back': ['recovery.acknowledgeRollback'],
  'device-secret-missing': 'restore',
  'device-removed': 'none',
  'database-missing': ['recovery.startEmpty'],
  'database-damaged': ['recovery.setAside', 'recovery.startEmpty'],
  'database-foreign': ['recovery.setAside', 'recovery.startEmpty'],
  'database-rolled-back': ['recovery.acknowledgeRollback'],
  'database-newer': 'none',
  'keychain-locked': 'none',
  'keychain-absent': 'none',
  'not-writable': 'none',
};

type StateScreenProps = { readonly state: TroubleState; readonly onChanged: () => Promise<void> };

/** One start-up state that needs a person: what happened, what is safe, what to do. */
export function StateScreen({ state, onChanged }: StateScreenProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [acting, setActing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [still, setStill] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const way = wayOut[state];

  const retry = async () => {
    setBusy(true);
    setError(null);
    setStill(false);
    try {
      const now = await call('app.retry', {});
      setStill(now.state === state);
      await onChanged();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div>
      <StepHeading>{t(`state.${state}.title`)}</StepHeading>
      <dl className="ck-state-facts">
        <dt>{t('state.happened')}</dt>
        <dd>{t(`state.${state}.happened`)}</dd>
        <dt>{t('state.safe')}</dt>
        <dd>{t(`state.${state}.safe`)}</dd>
        <dt>{t('state.do')}</dt>
        <dd>{t(`state.${state}.do`)}</dd>
      </dl>
      {state === 'key-file-rolled-back' && acting && (
        <section aria-labelledby="ck-before-going-on" className="ck-before">
          <h2 id="ck-before-going-on">▲ {t('state.key-file-rolled-back.before')}</h2>
          <ul>
            {(['people', 'passwords', 'keys'] as const).map((lost) => (
              <li key={lost}>{t(`state.key-file-rolled-back.lost.${lost}`)}</li>
            ))}
          </ul>
        </section>
      )}
      <p role="status" className="ck-dim ck-state-still">
        {still && t('state.still')}
      </p>
      <FormError error={error} />
      {acting && way === 'restore' && (
        <RestoreForm bare because="machine" onDone={onChanged} onBack={() => setActing(false)} />
      )}
      {acting && way !== 'restore' && way !== 'none' && (
        <ProveForm
          steps={way}
          submitLabel={t(`state.${state}.act`)}
          onDone={onChanged}
          onBack={() => setActing(false)}
        />
      )}
      <Group justify="space-between" mt="lg">
        <LanguageMenu />
        <Group gap="sm">
          {!acting && way !== 'none' && (
            <Button
              variant="default"
              onClick={() => {
                setActing(true);
                setStill(false);
              }}
            >
              {t(`state.${state}.act`)}
            </Button>
          )}
          {!acting && (
            <Button onClick={() => void retry()} loading={busy}>
              {app('action.retry')}
            </Button>
          )}
        </Group>
      </Group>
    </div>
  );
}

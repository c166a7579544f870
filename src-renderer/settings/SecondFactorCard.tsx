import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { useSession } from '../app/session.tsx';
import { useAction, useProcedure, useRefresh } from '../client.ts';
import { CodeField } from '../second-factor/CodeField.tsx';
import { SecondFactorSteps } from '../second-factor/SecondFactorSteps.tsx';
import { ErrorState, FormError, LoadingSkeleton, notifyDone, PasswordField, useFormat } from '../ui/index.ts';

type Account = Output<'sessions.account'>;

/** One's own second factor: set up, its state, removed. */
export function SecondFactorCard() {
  const { t } = useTranslation('settings');
  const { userName, clinicName } = useSession();
  const account = useProcedure('sessions.account', {});
  const refresh = useRefresh();
  const [settingUp, setSettingUp] = useState(false);
  if (account.isPending) return <LoadingSkeleton rows={2} />;
  if (account.error !== null) return <ErrorState error={account.error} onRetry={() => void account.refetch()} />;
  if (settingUp) {
    return (
      <SecondFactorSteps
        who={`${clinicName}, ${userName}`}
        onCancel={() => setSettingUp(false)}
        onDone={() => {
          setSettingUp(false);
          void refresh(['sessions.account']);
        }}
      />
    );
  }
  const { secondFactor, secondFactorRequired } = account.data;
  if (secondFactor !== null) return <SetUp secondFactor={secondFactor} required={secondFactorRequired} />;
  return (
    <Stack gap={12}>
      <p>{t('factor.text')}</p>
      <p className="ck-dim">{t('factor.is-unset')}</p>
      <Group>
        <Button onClick={() => setSettingUp(true)}>{t('factor.set-up')}</Button>
      </Group>
    </Stack>
  );
}

type SetUpProps = { readonly secondFactor: NonNullable<Account['secondFactor']>; readonly required: boolean };

function SetUp({ secondFactor, required }: SetUpProps) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const [removing, setRemoving] = useState(false);
  return (
    <Stack gap={12}>
      <p>✓ {t('factor.since', { when: format.dateTime(secondFactor.enrolledAt) })}</p>
      <p className={secondFactor.codesLeft < 3 ? 'ck-warn-text' : 'ck-dim'}>
        {t('factor.left', { count: secondFactor.codesLeft })}
      </p>
      {required && <p className="ck-dim">{t('factor.required')}</p>}
      {removing ? (
        <RemoveForm onCancel={() => setRemoving(false)} />
      ) : (
        <Group>
          <Button variant="default" onClick={() => setRemoving(true)}>
            {t('factor.remove')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function RemoveForm({ onCancel }: { readonly onCancel: () => void }) {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const remove = useAction('sessions.removeSecondFactor', { stale: ['sessions.account', 'sessions.current'] });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await remove.mutateAsync({ password, code });
      notifyDone(t('factor.removed'));
    } catch {
      // shown by the form: remove.error
    } finally {
      setPassword('');
      setCode('');
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12} className="ck-narrow-form">
        <PasswordField
          label={app('password.own')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          maxLength={512}
          autoFocus
        />
        <CodeField label={t('factor.code')} description={t('factor.or-recovery')} value={code} onChange={setCode} />
        <FormError error={remove.error} />
        <Group>
          <Button
            type="submit"
            color="red"
            loading={remove.isPending}
            disabled={password === '' || code.trim().length < 6}
          >
            {t('factor.remove')}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {app('action.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

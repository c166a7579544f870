import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../app/session.tsx';
import { useAction, useProcedure } from '../client.ts';
import { FormError, NewPasswordField, notifyDone, PasswordField, useFormat } from '../ui/index.ts';

export function OwnPasswordForm() {
  const { t } = useTranslation('settings');
  const { userName, displayName, clinicName } = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const account = useProcedure('sessions.account', {});
  const format = useFormat();
  const change = useAction('sessions.changePassword', { stale: ['sessions.account'] });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await change.mutateAsync({ current, next });
      setNext('');
      notifyDone(t('password.done'));
    } catch {
      // shown by the form: change.error
    } finally {
      setCurrent('');
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12} className="ck-narrow-form">
        {account.data !== undefined && (
          <p className="ck-dim">{t('password.since', { when: format.dateTime(account.data.passwordSetAt) })}</p>
        )}
        <PasswordField
          label={t('password.current')}
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          autoComplete="current-password"
          maxLength={512}
        />
        <NewPasswordField
          label={t('password.next')}
          value={next}
          onChange={setNext}
          personal={[userName, displayName, clinicName]}
        />
        <FormError error={change.error} />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={current === '' || next === ''}>
            {t('password.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

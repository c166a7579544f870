import { Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../../src-shared/contract/people.ts';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { NewPasswordField } from '../ui/NewPasswordField.tsx';
import { PasswordField } from '../ui/PasswordField.tsx';
import { StepHeading } from './StepHeading.tsx';

type FinishPasswordProps = { readonly session: Session; readonly onDone: (session: Session) => void };

/** After a one-time code: a password that nobody else has seen. New keys are made with it. */
export function FinishPassword({ session, onDone }: FinishPasswordProps) {
  const { t } = useTranslation('start');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [differs, setDiffers] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setDiffers(again !== password);
    setError(null);
    if (again !== password) return;
    setBusy(true);
    try {
      const next = await call('sessions.finishPassword', { next: password });
      setPassword('');
      setAgain('');
      onDone(next);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading focus={false}>{t('owed.password')}</StepHeading>
      <p className="ck-dim ck-start-text">{t('owed.password-text', { name: session.displayName })}</p>
      <Stack gap={14}>
        <NewPasswordField
          label={t('signin.password')}
          value={password}
          onChange={setPassword}
          personal={[session.displayName, session.userName, session.clinicName]}
          autoFocus
        />
        <PasswordField
          label={t('setup.password.again')}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differs ? t('setup.password.differs') : undefined}
          autoComplete="new-password"
          maxLength={512}
        />
        <FormError error={error} />
        <Button type="submit" size="md" fullWidth loading={busy} disabled={password === '' || again === ''}>
          {t('owed.submit')}
        </Button>
      </Stack>
    </form>
  );
}

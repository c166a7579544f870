import { Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { PasswordField } from '../ui/PasswordField.tsx';
import { StepHeading } from './StepHeading.tsx';
import { KitSteps } from './setup/KitSteps.tsx';
import type { Kit } from './setup/kit.ts';

/** Set-up was left before the kit was confirmed: the admin's password shows it again. */
export function KitUnconfirmed({ onDone }: { readonly onDone: () => Promise<void> }) {
  const { t } = useTranslation('start');
  const [kit, setKit] = useState<Kit | null>(null);
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      setKit(await call('setup.newKit', { userName, password }));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setPassword('');
      setBusy(false);
    }
  };
  if (kit !== null) return <KitSteps kit={kit} onConfirmed={() => void onDone()} />;
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading>{t('kit-again.title')}</StepHeading>
      <p className="ck-dim ck-start-text">{t('kit-again.text')}</p>
      <Stack gap={14}>
        <TextInput
          label={t('signin.user-name')}
          value={userName}
          onChange={(event) => setUserName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
        />
        <PasswordField
          label={t('signin.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          maxLength={512}
        />
        <FormError error={error} />
        <Button type="submit" loading={busy} disabled={userName.trim() === '' || password === ''}>
          {t('kit-again.submit')}
        </Button>
      </Stack>
    </form>
  );
}

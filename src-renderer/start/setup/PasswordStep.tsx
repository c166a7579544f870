import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ClientError, call } from '../../client.ts';
import { FormError } from '../../ui/FormError.tsx';
import { NewPasswordField } from '../../ui/NewPasswordField.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { StepHeading } from '../StepHeading.tsx';

type PasswordStepProps = {
  readonly personal: readonly string[];
  readonly error: unknown;
  readonly onBack: () => void;
  readonly onNext: (password: string) => void;
};

export function PasswordStep({ personal, error, onBack, onNext }: PasswordStepProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [differs, setDiffers] = useState(false);
  const [refused, setRefused] = useState<unknown>(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setDiffers(again !== password);
    setRefused(null);
    if (again !== password) return;
    try {
      const verdict = await call('setup.checkPassword', { password, personal: [...personal] });
      if (verdict.problem !== null) throw new ClientError({ code: verdict.problem });
      onNext(password);
    } catch (thrown) {
      setRefused(thrown);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading focus={false}>{t('setup.password.title')}</StepHeading>
      <p className="ck-start-text">{t('setup.password.text')}</p>
      <Stack gap={14}>
        <NewPasswordField
          label={t('signin.password')}
          value={password}
          onChange={setPassword}
          personal={personal}
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
        <FormError error={refused} />
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {app('action.back')}
          </Button>
          <Button type="submit" disabled={password === ''}>
            {app('action.next')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

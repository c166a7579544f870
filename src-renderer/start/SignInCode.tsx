import { Button, Stack, UnstyledButton } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CodeField } from '../second-factor/CodeField.tsx';
import { FormError } from '../ui/FormError.tsx';
import { StepHeading } from './StepHeading.tsx';

type SignInCodeProps = {
  readonly error: unknown;
  readonly busy: boolean;
  /** Seconds until the next try. */
  readonly wait: number;
  readonly onCode: (code: string) => void;
  readonly onBack: () => void;
};

/** The second step, once the password was right. */
export function SignInCode({ error, busy, wait, onCode, onBack }: SignInCodeProps) {
  const { t } = useTranslation('start');
  const [code, setCode] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || wait > 0) return;
    setCode('');
    onCode(code);
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading focus={false}>{t('code.title')}</StepHeading>
      <Stack gap={14}>
        <CodeField
          label={t('code.label')}
          description={t('code.or-recovery')}
          value={code}
          onChange={setCode}
          autoFocus
        />
        <FormError error={error} />
        <Button type="submit" size="md" fullWidth loading={busy} disabled={wait > 0 || code.trim().length < 6}>
          {wait > 0 ? t('signin.wait', { seconds: wait }) : t('signin.unlock')}
        </Button>
        <p>
          <UnstyledButton className="ck-link" onClick={onBack}>
            {t('code.back')}
          </UnstyledButton>
        </p>
        <p className="ck-dim">{t('code.lost')}</p>
      </Stack>
    </form>
  );
}

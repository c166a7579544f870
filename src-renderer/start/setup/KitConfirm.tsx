import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../client.ts';
import { FormError } from '../../ui/FormError.tsx';
import { StepHeading } from '../StepHeading.tsx';

type KitConfirmProps = {
  /** Positions (1-based) of the words asked back. */
  readonly ask: readonly number[];
  readonly onBack: () => void;
  readonly onConfirmed: () => void;
};

export function KitConfirm({ ask, onBack, onConfirmed }: KitConfirmProps) {
  const { t } = useTranslation('start');
  const [typed, setTyped] = useState<readonly string[]>(ask.map(() => ''));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const words = ask.map((position, index) => ({ position, word: (typed[index] ?? '').trim().toLowerCase() }));
      await call('setup.confirmKit', { words });
      onConfirmed();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading focus={false}>{t('confirm.title')}</StepHeading>
      <p className="ck-start-text">{t('confirm.text')}</p>
      <Stack gap={14}>
        {ask.map((position, index) => (
          <TextInput
            key={position}
            label={t('confirm.word', { position })}
            value={typed[index] ?? ''}
            onChange={(event) => setTyped(typed.with(index, event.currentTarget.value))}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={20}
            autoFocus={index === 0}
          />
        ))}
        <FormError error={error} />
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {t('confirm.look-again')}
          </Button>
          <Button type="submit" loading={busy} disabled={typed.some((word) => word.trim() === '')}>
            {t('confirm.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormError } from '../../ui/FormError.tsx';
import { StepHeading } from '../StepHeading.tsx';
import { type Kit, type KitDoor, placeOf } from './kit.ts';

type KitConfirmProps = {
  readonly kit: Kit;
  readonly door: KitDoor;
  readonly onBack: () => void;
  readonly onConfirmed: () => void;
};

/** Two words back: of the one code, or one of each of two sheets. */
export function KitConfirm({ kit, door, onBack, onConfirmed }: KitConfirmProps) {
  const { t } = useTranslation('start');
  const { ask } = kit;
  const [typed, setTyped] = useState<readonly string[]>(ask.map(() => ''));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const words = ask.map((position, index) => ({ position, word: (typed[index] ?? '').trim().toLowerCase() }));
      await door.confirm(words);
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
            label={t(kit.form === 'code' ? 'confirm.word' : 'confirm.sheet-word', placeOf(kit, position))}
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

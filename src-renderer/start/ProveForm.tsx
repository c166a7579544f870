import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { kitWords, WordsField } from './WordsField.tsx';

export type ProvedStep = 'recovery.startEmpty' | 'recovery.setAside' | 'recovery.acknowledgeRollback';

type ProveFormProps = { readonly step: ProvedStep; readonly submitLabel: string; readonly onDone: () => Promise<void> };

/** Steps that nobody may take by accident: the recovery kit proves who asks. */
export function ProveForm({ step, submitLabel, onDone }: ProveFormProps) {
  const { t } = useTranslation('start');
  const [words, setWords] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const typed = kitWords(words);
    setWrong(typed.length === 24 ? undefined : t('words.need-24'));
    if (typed.length !== 24) return;
    setBusy(true);
    setError(null);
    try {
      await call(step, { words: typed.join(' ') });
      await onDone();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <WordsField value={words} onChange={setWords} error={wrong} />
        <FormError error={error} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { isWholeKit, WordsField } from './WordsField.tsx';

export type ProvedStep = 'recovery.startEmpty' | 'recovery.setAside' | 'recovery.acknowledgeRollback';

type ProveFormProps = {
  /** Taken one after the other, with the same words. */
  readonly steps: readonly ProvedStep[];
  readonly submitLabel: string;
  readonly onDone: () => Promise<void>;
  readonly onBack: () => void;
};

/** Steps that nobody may take by accident: the recovery kit proves who asks. */
export function ProveForm({ steps, submitLabel, onDone, onBack }: ProveFormProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [words, setWords] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setWrong(isWholeKit(words) ? undefined : t('words.need-all'));
    if (!isWholeKit(words)) return;
    setBusy(true);
    setError(null);
    let taken = 0;
    try {
      for (const step of steps) {
        await call(step, { words });
        taken += 1;
      }
      await onDone();
    } catch (thrown) {
      setError(thrown);
      // half of the way is another state with a screen of its own
      if (taken > 0) await onDone();
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={14}>
        <WordsField
          onChange={(text) => {
            setWords(text);
            setError(null);
          }}
          error={wrong}
          autoFocus
        />
        <FormError error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            {app('action.back')}
          </Button>
          <Button type="submit" loading={busy}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KitForm } from '../../src-shared/contract/app.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import { useAction } from '../client.ts';
import { isWholeKit, WordsField } from '../start/WordsField.tsx';
import { FormError, LoadingSkeleton } from '../ui/index.ts';

type DrillDialogProps = { readonly form: KitForm; readonly onClose: () => void };
type Asked = Output<'recovery.startDrill'>['ask'];

/** Fetch the kit from where it is kept and type three of its words. Passed or failed, it is written down. */
export function DrillDialog({ form, onClose }: DrillDialogProps) {
  const { t } = useTranslation('kit');
  const { t: app } = useTranslation('app');
  const { mutateAsync: begin, error: notBegun } = useAction('recovery.startDrill');
  const answer = useAction('recovery.answerDrill', { stale: ['recovery'] });
  const [ask, setAsk] = useState<Asked>([]);
  const [typed, setTyped] = useState<readonly string[]>([]);
  const [whole, setWhole] = useState<string | null>(null);
  const [result, setResult] = useState<'passed' | 'failed' | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks anew
  useEffect(() => {
    let gone = false;
    begin({}).then(
      ({ ask: next }) => {
        if (gone) return;
        setAsk(next);
        setTyped(next.map(() => ''));
      },
      // shown by the form: notBegun
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [begin, round]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const words = ask.map((place, at) => ({ ...place, word: typed[at] ?? '' }));
      const { passed } = await answer.mutateAsync(whole === null ? { words } : { kit: whole });
      setResult(passed ? 'passed' : 'failed');
    } catch {
      // shown by the form: answer.error
    }
  };
  const ready = whole === null ? ask.length > 0 && typed.every((word) => word.trim() !== '') : isWholeKit(whole);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('drill.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      {result !== null ? (
        <Stack gap={14}>
          <p role="status" className={result === 'passed' ? 'ck-good-text' : 'ck-danger-text'}>
            {result === 'passed' ? `✓ ${t('drill.passed-text')}` : `✕ ${t('drill.failed-text')}`}
          </p>
          <Group justify="flex-end">
            {result === 'failed' && (
              <Button
                variant="default"
                onClick={() => {
                  setResult(null);
                  setAsk([]);
                  setRound(round + 1);
                }}
              >
                {t('drill.again')}
              </Button>
            )}
            <Button onClick={onClose}>{app('action.close')}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack gap={14}>
            <p>{t(form === 'code' ? 'drill.fetch-code' : 'drill.fetch-sheets')}</p>
            {whole !== null ? (
              <WordsField form={form} onChange={setWhole} />
            ) : ask.length === 0 && notBegun === null ? (
              <LoadingSkeleton rows={3} rowHeight={52} />
            ) : (
              ask.map((place, at) => (
                <TextInput
                  key={`${place.sheet}/${place.position}`}
                  label={t(place.sheet === 0 ? 'drill.word' : 'drill.sheet-word', place)}
                  value={typed[at] ?? ''}
                  onChange={(event) => setTyped(typed.with(at, event.currentTarget.value))}
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  maxLength={20}
                  autoFocus={at === 0}
                />
              ))
            )}
            <FormError error={answer.error ?? notBegun} />
            <Group justify="space-between">
              <Button variant="subtle" onClick={() => setWhole(whole === null ? '' : null)}>
                {t(whole === null ? 'drill.whole' : 'drill.three')}
              </Button>
              <Group gap="sm">
                <Button variant="default" onClick={onClose}>
                  {app('action.cancel')}
                </Button>
                <Button type="submit" loading={answer.isPending} disabled={!ready}>
                  {t('drill.submit')}
                </Button>
              </Group>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

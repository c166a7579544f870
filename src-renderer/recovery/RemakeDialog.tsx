import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Kit, KitForm } from '../../src-shared/contract/app.ts';
import { useAction, useRefresh } from '../client.ts';
import { KitSteps } from '../start/setup/KitSteps.tsx';
import { remadeDoor } from '../start/setup/kit.ts';
import { KitFormChoice } from '../start/setup/PaperStep.tsx';
import { isWholeKit, WordsField } from '../start/WordsField.tsx';
import { FormError, notifyDone } from '../ui/index.ts';
import '../start/start.css';

type RemakeDialogProps = { readonly form: KitForm; readonly onClose: () => void };

/** The same kit in another form, from its own words. Nothing changes until the new paper is proved. */
export function RemakeDialog({ form, onClose }: RemakeDialogProps) {
  const { t } = useTranslation('kit');
  const { t: start } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [next, setNext] = useState<KitForm>(form === 'code' ? 'shares' : 'code');
  const [words, setWords] = useState('');
  const [incomplete, setIncomplete] = useState(false);
  const [kit, setKit] = useState<Kit | null>(null);
  const refresh = useRefresh();
  const remake = useAction('recovery.remake');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIncomplete(!isWholeKit(words));
    if (!isWholeKit(words)) return;
    try {
      setKit(await remake.mutateAsync({ words, form: next }));
      remake.reset();
      setWords('');
    } catch {
      // shown by the form: remake.error
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      title={t('form.remake')}
      size="lg"
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      {kit !== null ? (
        <KitSteps
          kit={kit}
          door={remadeDoor}
          onConfirmed={() => {
            notifyDone(t('form.done'));
            void refresh(['recovery']);
            onClose();
          }}
        />
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack gap={14}>
            <p>{t('form.remake-text')}</p>
            <WordsField
              form={form}
              onChange={setWords}
              error={incomplete ? start('words.need-all') : undefined}
              autoFocus
            />
            <KitFormChoice value={next} onChange={setNext} />
            <p className="ck-warn-text">▲ {t('form.destroy')}</p>
            <FormError error={remake.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {app('action.cancel')}
              </Button>
              <Button type="submit" loading={remake.isPending}>
                {app('action.next')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction, useProcedure } from '../client.ts';
import { isWholeKit, WordsField } from '../start/WordsField.tsx';
import { FormError, NewPasswordField, notifyDone } from '../ui/index.ts';

type RestoreAccessDialogProps = {
  readonly userId: string;
  readonly name: string;
  /** What a second admin agreed to; null where nobody else could. */
  readonly requestId: string | null;
  readonly onClose: () => void;
};

/** The kit on the desk, the person at the keyboard: they choose a new password and keep what was sealed to them. */
export function RestoreAccessDialog({ userId, name, requestId, onClose }: RestoreAccessDialogProps) {
  const { t } = useTranslation('kit');
  const { t: start } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [words, setWords] = useState('');
  const [password, setPassword] = useState('');
  const [incomplete, setIncomplete] = useState(false);
  const form = useProcedure('recovery.kit', {}).data?.form;
  const restore = useAction('recovery.restoreAccess', { stale: ['requests', 'users', 'recovery'] });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIncomplete(!isWholeKit(words));
    if (!isWholeKit(words)) return;
    try {
      await restore.mutateAsync({ userId, requestId, words, password });
      notifyDone(t('access.done', { name }));
      onClose();
    } catch {
      // shown by the form: restore.error
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      size="lg"
      title={t('access.title', { name })}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          <p>{t('access.text', { name })}</p>
          {requestId === null && <p className="ck-warn-text">▲ {t('access.alone')}</p>}
          {form !== undefined && (
            <WordsField form={form} onChange={setWords} error={incomplete ? start('words.need-all') : undefined} />
          )}
          <NewPasswordField
            label={t('access.password', { name })}
            value={password}
            onChange={setPassword}
            personal={[name]}
          />
          <FormError error={restore.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" loading={restore.isPending} disabled={password === ''}>
              {t('access.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

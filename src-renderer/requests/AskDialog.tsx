import { Button, Group, Modal, NativeSelect, Radio, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../app/session.tsx';
import { useAction, useProcedure } from '../client.ts';
import { ManagedNote, useNothingLeaves } from '../policies/index.ts';
import { FormError, notifyDone } from '../ui/index.ts';
import type { AloneSubject } from './AloneDialog.tsx';

type AskDialogProps = { readonly onClose: () => void; readonly onAlone: (subject: AloneSubject) => void };

/** Asks for what is not a change of a person's rights: those are asked for where they are made, under People. */
export function AskDialog({ onClose, onAlone }: AskDialogProps) {
  const { t } = useTranslation('requests');
  const { t: app } = useTranslation('app');
  const session = useSession();
  const [kind, setKind] = useState<AloneSubject['kind']>('restore-access');
  const [chosen, setChosen] = useState('');
  const people = useProcedure('users.list', {});
  const ask = useAction('requests.ask', { stale: ['requests'] });
  const closed = useNothingLeaves();
  const others = (people.data?.users ?? []).filter(({ id }) => id !== session.userId);
  const user = others.find(({ id }) => id === chosen);
  const ready = kind === 'export-all' || user !== undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const subject: AloneSubject | null =
      kind === 'export-all' ? { kind } : user === undefined ? null : { kind, userId: user.id, name: user.displayName };
    if (subject === null) return;
    try {
      const { needed } = await ask.mutateAsync({
        subject:
          subject.kind === 'export-all' ? { kind: 'export-all' } : { kind: 'restore-access', userId: subject.userId },
      });
      if (!needed) return onAlone(subject);
      notifyDone(t('asked'));
      onClose();
    } catch {
      // shown by the form: ask.error
    }
  };
  return (
    <Modal opened onClose={onClose} title={t('ask')} size="md" closeButtonProps={{ 'aria-label': app('action.close') }}>
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          <Radio.Group
            label={t('ask-dialog.label')}
            value={kind}
            onChange={(value) => setKind(value === 'export-all' ? 'export-all' : 'restore-access')}
          >
            <Stack gap={8} mt={6}>
              {(['restore-access', 'export-all'] as const).map((choice) => (
                <Radio.Card
                  key={choice}
                  value={choice}
                  className="ck-request-choice"
                  disabled={closed && choice === 'export-all'}
                >
                  <Group gap={10} wrap="nowrap" align="flex-start">
                    <Radio.Indicator />
                    <span>
                      {t(`ask-dialog.${choice}.label`)}
                      <span className="ck-request-choice-text">{t(`ask-dialog.${choice}.text`)}</span>
                    </span>
                  </Group>
                </Radio.Card>
              ))}
            </Stack>
          </Radio.Group>
          {closed && <ManagedNote why="no-export" />}
          {kind === 'restore-access' && (
            <NativeSelect
              label={t('ask-dialog.person')}
              data={[
                { value: '', label: t('ask-dialog.choose') },
                ...others.map(({ id, displayName }) => ({ value: id, label: displayName })),
              ]}
              value={chosen}
              onChange={(event) => setChosen(event.currentTarget.value)}
            />
          )}
          <p className="ck-dim">{t('ask-dialog.people')}</p>
          <FormError error={ask.error ?? people.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" loading={ask.isPending} disabled={!ready}>
              {t('ask-dialog.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { FormError, notifyDone, PasswordField, useFormat, useMoved, WorkModal } from '../ui/index.ts';
import { PruneProgress } from './PruneProgress.tsx';
import './retention.css';

type PruneDialogProps = {
  /** What two admins agreed to, or what the only one looked at and signs alone. */
  readonly agreed: { readonly requestId: string } | { readonly keptDigest: string };
  /** What was agreed to, in words. */
  readonly what?: string;
  readonly onDone?: () => void;
  readonly onClose: () => void;
};

/** Deletes what was agreed to; it cannot be stopped half way, and a kill does not stop it for good. */
export function PruneDialog({ agreed, what, onDone, onClose }: PruneDialogProps) {
  const { t } = useTranslation('retention');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const [password, setPassword] = useState('');
  const { moved, restart } = useMoved('prune');
  const prune = useAction('retention.prune', { stale: ['retention', 'requests', 'reviews', 'audit'] });
  const alone = 'keptDigest' in agreed;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    restart();
    try {
      const { deleted } = await prune.mutateAsync(alone ? { ...agreed, password } : agreed);
      notifyDone(t('prune.done', { count: deleted, entries: format.number(deleted) }));
      onDone?.();
      onClose();
    } catch {
      // shown below: prune.error
      setPassword('');
    }
  };
  return (
    <WorkModal title={t('prune.dialog-title')} pending={prune.isPending} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          {what !== undefined && <p className="ck-prune-going">{what}</p>}
          <p>{t('prune.dialog-text')}</p>
          {alone && <p className="ck-warn-text">▲ {t('prune.dialog-alone')}</p>}
          {alone && !prune.isPending && (
            <PasswordField
              label={app('password.own')}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              data-autofocus
              required
            />
          )}
          {prune.isPending && <PruneProgress label={t('prune.running')} moved={moved} />}
          {!prune.isPending && <FormError error={prune.error} />}
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose} disabled={prune.isPending}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" color="red" loading={prune.isPending} disabled={alone && password === ''}>
              {t('prune.start')}
            </Button>
          </Group>
        </Stack>
      </form>
    </WorkModal>
  );
}

import { Button, Modal, Progress, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { flushAll } from '../app/before-lock.ts';
import { useSession } from '../app/session.tsx';
import { useAction, useCoreEvent } from '../client.ts';
import { FormError } from '../ui/index.ts';

/** While the database is rotated nobody works in it: what is typed is saved first, then this stands before the page. */
export function MaintenanceScreen() {
  const { t } = useTranslation('keys');
  const { can } = useSession();
  const client = useQueryClient();
  const [percent, setPercent] = useState<number | null>(null);
  const cancel = useAction('keys.cancelRotation');
  useCoreEvent('progress', ({ kind, state, done }) => {
    if (kind !== 'rotation') return;
    if (state === 'running') {
      if (percent === null) {
        cancel.reset();
        void flushAll();
      }
      setPercent(done);
      return;
    }
    setPercent(null);
    // what was asked meanwhile was refused
    void client.invalidateQueries();
  });
  return (
    <Modal
      opened={percent !== null}
      onClose={() => undefined}
      title={t('maintenance.title')}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      centered
      zIndex={500}
    >
      <Stack gap={14}>
        <p>{t('maintenance.text')}</p>
        <Progress.Root size="lg">
          <Progress.Section value={percent ?? 0} aria-label={t('maintenance.progress')} />
        </Progress.Root>
        <p className="ck-dim ck-keys-percent">
          <span>{t('maintenance.percent', { percent: percent ?? 0 })}</span>
          {can('key:rotate') && (
            <Button
              variant="default"
              size="xs"
              loading={cancel.isPending || cancel.data?.cancelled === true}
              onClick={() => cancel.mutate({})}
            >
              {t('maintenance.cancel')}
            </Button>
          )}
        </p>
        <FormError error={cancel.error} />
      </Stack>
    </Modal>
  );
}

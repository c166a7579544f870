import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { ConfirmDialog, notifyDone } from '../ui/index.ts';

/** New keys for oneself, on the account page. */
export function RenewOwnKeys() {
  const { t } = useTranslation('keys');
  const [asking, setAsking] = useState(false);
  const renew = useAction('keys.rotateOwnKeys', { stale: ['keys.report'] });
  return (
    <Stack gap={12}>
      <p>{t('own.text')}</p>
      <Group>
        <Button variant="default" onClick={() => setAsking(true)}>
          {t('own.open')}
        </Button>
      </Group>
      <ConfirmDialog
        opened={asking}
        title={t('dialog.identity.title')}
        confirmLabel={t('dialog.identity.confirm')}
        withPassword
        onConfirm={async (password) => {
          await renew.mutateAsync({ password });
          notifyDone(t('dialog.identity.done'));
        }}
        onClose={() => setAsking(false)}
      >
        <p>{t('dialog.identity.text')}</p>
      </ConfirmDialog>
    </Stack>
  );
}

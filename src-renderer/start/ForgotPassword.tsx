import { Button, Group, Modal, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type ForgotPasswordProps = { readonly opened: boolean; readonly onClose: () => void; readonly onKit: () => void };

/** Nobody can look a password up: who to ask, and what the last resort is. */
export function ForgotPassword({ opened, onClose, onKit }: ForgotPasswordProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('forgot.title')}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <Stack gap="sm">
        <p>{t('forgot.everyone')}</p>
        <p>{t('forgot.admin')}</p>
        <Group justify="flex-end">
          <Button variant="default" onClick={onKit}>
            {t('forgot.use-kit')}
          </Button>
          <Button onClick={onClose} data-autofocus>
            {app('action.close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

import { Button, Group, Modal, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Invitation, User } from '../../src-shared/contract/people.ts';
import { useSession } from '../app/session.tsx';
import { OnceShown, useFormat } from '../ui/index.ts';

type HandOverProps = {
  readonly user: User;
  readonly invitation: Invitation;
  readonly title: string;
  readonly onClose: () => void;
};

/** The one-time code of an invitation or a reset. Closed by its button alone: it does not come back. */
export function HandOver({ user, invitation, title, onClose }: HandOverProps) {
  const { t } = useTranslation('people');
  const { clinicName } = useSession();
  const format = useFormat();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack gap={14}>
        <p>{t('invite.hand-over')}</p>
        <OnceShown title={t('invite.slip', { name: user.displayName, clinic: clinicName })} codes={[invitation.code]}>
          <p>{t('invite.how', { userName: user.userName })}</p>
          <p>{t('invite.until', { when: format.dateTime(invitation.until) })}</p>
        </OnceShown>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t('invite.handed-over')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

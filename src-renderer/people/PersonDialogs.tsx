import { Button, Group, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../src-shared/contract/people.ts';
import type { RoleId } from '../../src-shared/contract/permissions.ts';
import { useAction } from '../client.ts';
import { AskSecondAdmin } from '../requests/AskSecondAdmin.tsx';
import { ConfirmDialog, notifyDone } from '../ui/index.ts';
import type { PersonAction } from './PeopleTable.tsx';
import { ResetDialog } from './ResetDialog.tsx';
import { RolesField } from './RolesField.tsx';

type DialogProps = { readonly user: User; readonly onClose: () => void };

/** What an admin does to another person's account. */
export function PersonDialogs({ action, user, onClose }: DialogProps & { readonly action: PersonAction }) {
  const { t } = useTranslation('people');
  const suspend = useAction('users.suspend', { stale: ['users.list'] });
  const reactivate = useAction('users.reactivate', { stale: ['users.list'] });
  const remove = useAction('users.remove', { stale: ['users.list'] });
  const clear = useAction('users.clearSecondFactor', { stale: ['users.list'] });
  const name = user.displayName;
  const second = (error: unknown, status: 'active' | 'suspended' | 'removed') => (
    <AskSecondAdmin error={error} subject={{ kind: 'status', userId: user.id, status }} onAsked={onClose} />
  );
  switch (action) {
    case 'roles':
      return <RolesDialog user={user} onClose={onClose} />;
    case 'password':
      return <ResetDialog user={user} onClose={onClose} />;
    case 'suspend':
      return (
        <ConfirmDialog
          opened
          danger
          title={t('suspend.title', { name })}
          showError={(error) => second(error, 'suspended')}
          confirmLabel={t('suspend.open')}
          onConfirm={async () => {
            await suspend.mutateAsync({ userId: user.id });
            notifyDone(t('suspend.done'));
          }}
          onClose={onClose}
        >
          {t('suspend.text')}
        </ConfirmDialog>
      );
    case 'remove':
      return (
        <ConfirmDialog
          opened
          danger
          title={t('remove.title', { name })}
          showError={(error) => second(error, 'removed')}
          confirmLabel={t('remove.open')}
          onConfirm={async () => {
            await remove.mutateAsync({ userId: user.id });
            notifyDone(t('remove.done'));
          }}
          onClose={onClose}
        >
          {t('remove.text')}
        </ConfirmDialog>
      );
    case 'second-factor':
      return (
        <ConfirmDialog
          opened
          danger
          title={t('second-factor.title', { name })}
          confirmLabel={t('second-factor.open')}
          onConfirm={async () => {
            await clear.mutateAsync({ userId: user.id });
            notifyDone(t('second-factor.done'));
          }}
          onClose={onClose}
        >
          {t('second-factor.text')}
        </ConfirmDialog>
      );
    case 'reactivate':
      return (
        <ConfirmDialog
          opened
          title={t('reactivate.title', { name })}
          showError={(error) => second(error, 'active')}
          confirmLabel={t('reactivate.open')}
          onConfirm={async () => {
            await reactivate.mutateAsync({ userId: user.id });
            notifyDone(t('reactivate.done'));
          }}
          onClose={onClose}
        >
          {t('reactivate.text')}
        </ConfirmDialog>
      );
  }
}

function RolesDialog({ user, onClose }: DialogProps) {
  const { t } = useTranslation('people');
  const { t: app } = useTranslation('app');
  const [roles, setRoles] = useState<readonly RoleId[]>(user.roles);
  const change = useAction('users.setRoles', { stale: ['users.list'] });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await change.mutateAsync({ userId: user.id, roles: [...roles] });
      notifyDone(t('roles.done'));
      onClose();
    } catch {
      // shown by the form: change.error
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('roles.title', { name: user.displayName })}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          <RolesField value={roles} onChange={setRoles} error={roles.length === 0 ? t('roles.need-one') : undefined} />
          <p className="ck-dim">{t('roles.hint')}</p>
          <AskSecondAdmin
            error={change.error}
            subject={{ kind: 'roles', userId: user.id, roles: [...roles] }}
            onAsked={onClose}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" loading={change.isPending} disabled={roles.length === 0}>
              {app('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

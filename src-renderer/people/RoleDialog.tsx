import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Permission } from '../../src-shared/contract/permissions.ts';
import { ownRoleId } from '../../src-shared/contract/primitives.ts';
import { ownableOf } from '../../src-shared/contract/role-limits.ts';
import { type RoleLine, roleName } from '../../src-shared/contract/roles.ts';
import { useAction } from '../client.ts';
import { FormError, notifyDone } from '../ui/index.ts';
import { PermissionsField } from './PermissionsField.tsx';
import { useRoles } from './use-roles.ts';

type RoleDialogProps = {
  /** The own role to change; absent for a new one. */
  readonly role?: RoleLine;
  readonly onClose: () => void;
};

/** A role of the clinic's own: its name, and what it may do, begun from another role or from nothing. */
export function RoleDialog({ role, onClose }: RoleDialogProps) {
  const { t } = useTranslation('people');
  const { t: app } = useTranslation('app');
  const { lines, nameOf } = useRoles();
  const [name, setName] = useState(role?.name ?? '');
  const [held, setHeld] = useState<readonly Permission[]>(role?.permissions ?? []);
  const [from, setFrom] = useState('');
  const [tried, setTried] = useState(false);
  const define = useAction('roles.define', { stale: ['roles'] });
  const change = useAction('roles.change', { stale: ['roles', 'users', 'sessions.current'] });
  const nameGood = roleName.safeParse(name).success;

  const save = async () => {
    if (role === undefined) {
      await define.mutateAsync({ name, permissions: [...held] });
      notifyDone(t('role.created'));
    } else {
      await change.mutateAsync({ roleId: ownRoleId.parse(role.id), name, permissions: [...held] });
      notifyDone(t('role.changed'));
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!nameGood || held.length === 0) return;
    try {
      await save();
      onClose();
    } catch {
      // shown by the form: the action's error
    }
  };
  const start = (id: string) => {
    setFrom(id);
    setHeld(ownableOf(lines.find((line) => line.id === id)?.permissions ?? []));
  };

  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={role === undefined ? t('role.new') : t('role.edit')}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          <Group grow align="flex-start">
            <TextInput
              label={t('role.name')}
              value={name}
              maxLength={40}
              required
              data-autofocus
              error={tried && !nameGood ? t('role.name-rule') : undefined}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            {role === undefined && (
              <NativeSelect
                label={t('role.copy')}
                description={t('role.copy-hint')}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={from}
                onChange={(event) => start(event.currentTarget.value)}
                data={[
                  { value: '', label: t('role.nothing') },
                  ...lines.map(({ id }) => ({ value: id, label: nameOf(id) })),
                ]}
              />
            )}
          </Group>
          <PermissionsField
            value={held}
            onChange={setHeld}
            error={tried && held.length === 0 ? t('role.need-one') : undefined}
          />
          {role !== undefined && role.holders > 0 && (
            <p className="ck-dim">
              <span aria-hidden="true">▲ </span>
              {t('role.ends', { count: role.holders })}
            </p>
          )}
          <FormError error={define.error ?? change.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" loading={define.isPending || change.isPending}>
              {role === undefined ? t('role.create') : app('action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

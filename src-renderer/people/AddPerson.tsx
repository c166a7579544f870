import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { users } from '../../src-shared/contract/people.ts';
import { useAction } from '../client.ts';
import { FormError, useSchemaValidation } from '../ui/index.ts';
import { HandOver } from './HandOver.tsx';
import { RolesField } from './RolesField.tsx';
import { suggestUserName } from './user-name.ts';

const schema = users.create.input;

/** A new colleague: name and roles; then a one-time code to hand over. */
export function AddPerson({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('people');
  const { t: app } = useTranslation('app');
  const validation = useSchemaValidation();
  const add = useAction('users.create', { stale: ['users.list'] });
  const form = useForm<z.input<typeof schema>>({
    mode: 'controlled',
    initialValues: { displayName: '', userName: '', roles: [] },
    validate: validation(schema, { userName: 'people:user-name-rule' }),
  });
  const submit = form.onSubmit(async (values) => {
    try {
      await add.mutateAsync(values);
    } catch {
      // shown by the form: add.error
    }
  });
  const roleError = typeof form.errors.roles === 'string' ? t('roles.need-one') : undefined;
  if (add.data !== undefined)
    return <HandOver user={add.data.user} invitation={add.data.invitation} title={t('added')} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title={t('add')} size="lg" closeButtonProps={{ 'aria-label': app('action.close') }}>
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          <Group grow align="flex-start">
            <TextInput
              label={t('column.name')}
              description={t('name-hint')}
              maxLength={120}
              data-autofocus
              {...form.getInputProps('displayName')}
              onBlur={() => {
                if (form.values.userName === '') {
                  form.setFieldValue('userName', suggestUserName(form.values.displayName));
                }
              }}
            />
            <TextInput
              label={t('column.user-name')}
              description={t('user-name-hint')}
              maxLength={32}
              autoCapitalize="none"
              spellCheck={false}
              {...form.getInputProps('userName')}
            />
          </Group>
          <RolesField
            value={form.values.roles}
            onChange={(roles) => form.setFieldValue('roles', roles)}
            error={roleError}
          />
          <p className="ck-dim">{t(form.values.roles.includes('admin') ? 'invite.admin-hint' : 'invite.hint')}</p>
          <FormError error={add.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" loading={add.isPending}>
              {t('add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

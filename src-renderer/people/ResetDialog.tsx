import { Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../src-shared/contract/people.ts';
import { errorValueOf, useAction } from '../client.ts';
import { FormError } from '../ui/index.ts';
import { HandOver } from './HandOver.tsx';

/** A forgotten password, or a code that has expired: a one-time code in its place. */
export function ResetDialog({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const { t } = useTranslation('people');
  const { t: app } = useTranslation('app');
  const reset = useAction('users.resetPassword', { stale: ['users.list'] });
  const invited = user.invitedUntil !== null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await reset.mutateAsync({ userId: user.id });
    } catch {
      // shown by the form: reset.error
    }
  };
  const name = user.displayName;
  if (reset.data !== undefined)
    return <HandOver user={user} invitation={reset.data} title={t('password.done')} onClose={onClose} />;
  const needsSecond = reset.error !== null && errorValueOf(reset.error).code === 'second-admin-needed';
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(invited ? 'renew.title' : 'password.title', { name })}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap={14}>
          <p>{t(invited ? 'renew.text' : 'password.text')}</p>
          {!invited && <p>{t('password.sealed')}</p>}
          {needsSecond ? (
            <p role="alert" className="ck-form-error">
              <span aria-hidden="true">▲ </span>
              {t('password.admin')}
            </p>
          ) : (
            <FormError error={reset.error} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app('action.cancel')}
            </Button>
            <Button type="submit" loading={reset.isPending} disabled={needsSecond} data-autofocus>
              {t(invited ? 'renew.submit' : 'password.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

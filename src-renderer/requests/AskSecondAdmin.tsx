import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RequestSubject } from '../../src-shared/contract/requests.ts';
import { useSession } from '../app/session.tsx';
import { errorValueOf, useAction } from '../client.ts';
import { FormError, notifyDone } from '../ui/index.ts';
import './requests.css';

type AskSecondAdminProps = {
  /** What was refused. Shown as it is unless a second admin can help. */
  readonly error: unknown;
  readonly subject: RequestSubject;
  readonly onAsked: () => void;
};

/** The error of something that one admin alone may not do, with the way on: another admin is asked. */
export function AskSecondAdmin({ error, subject, onAsked }: AskSecondAdminProps) {
  const { t } = useTranslation('requests');
  const { can } = useSession();
  const ask = useAction('requests.ask', { stale: ['requests'] });
  const second = error !== null && error !== undefined && errorValueOf(error).code === 'second-admin-needed';
  if (!second || !can('request:sign')) return <FormError error={error} />;
  const send = async () => {
    try {
      await ask.mutateAsync({ subject });
      notifyDone(t('asked'));
      onAsked();
    } catch {
      // shown below: ask.error
    }
  };
  return (
    <div role="alert" className="ck-second-admin">
      <p>{t('second-needed')}</p>
      <FormError error={ask.error} />
      <Group justify="flex-end">
        <Button variant="light" loading={ask.isPending} onClick={() => void send()}>
          {t('ask-second')}
        </Button>
      </Group>
    </div>
  );
}

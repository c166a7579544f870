import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { useAction, useProcedure } from '../client.ts';
import { ConfirmDialog, ErrorState, LoadingSkeleton, notifyDone } from '../ui/index.ts';
import { LogServerForm } from './LogServerForm.tsx';
import { LogServerStatus } from './LogServerStatus.tsx';
import './log-server.css';

/** How often the state is looked at, milliseconds. */
const every = 3_000;

type LogServer = Output<'logServer.get'>;

/** Where the audit log goes beside this workstation, how far it has come, and what is in the way. */
export function LogServerSettings() {
  const { t } = useTranslation('logserver');
  const server = useProcedure('logServer.get', {}, { refetchInterval: every });
  const [editing, setEditing] = useState(false);
  if (server.isPending) return <LoadingSkeleton rows={3} />;
  if (server.error !== null) return <ErrorState error={server.error} onRetry={() => void server.refetch()} />;
  return (
    <Stack gap={14}>
      <p>{t('text')}</p>
      {editing ? (
        <LogServerForm before={server.data} onClose={() => setEditing(false)} />
      ) : (
        <Standing server={server.data} onEdit={() => setEditing(true)} />
      )}
    </Stack>
  );
}

function Standing({ server, onEdit }: { readonly server: LogServer; readonly onEdit: () => void }) {
  const { t } = useTranslation('logserver');
  const [asking, setAsking] = useState(false);
  const switchOff = useAction('logServer.switchOff', { stale: ['logServer'] });
  const { target, state } = server;
  if (target === null) {
    return (
      <Group>
        <Button variant="default" onClick={onEdit}>
          {t('set-up')}
        </Button>
      </Group>
    );
  }
  const on = state !== 'off';
  return (
    <>
      <LogServerStatus server={server} target={target} />
      <Group gap={10}>
        <Button variant="default" onClick={onEdit}>
          {t(on ? 'change' : 'switch-on')}
        </Button>
        {on && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t('switch-off')}
          </Button>
        )}
      </Group>
      <ConfirmDialog
        opened={asking}
        title={t('off-dialog.title')}
        confirmLabel={t('switch-off')}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await switchOff.mutateAsync({});
          notifyDone(t('is-off'));
        }}
      >
        <p>{t('off-dialog.text')}</p>
      </ConfirmDialog>
    </>
  );
}

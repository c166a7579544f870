import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device } from '../../src-shared/contract/devices.ts';
import { useCan } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { useSyncStanding } from '../sync/index.ts';
import { Card, ErrorState, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { AddWorkstation } from './AddWorkstation.tsx';
import { BackendCard } from './BackendCard.tsx';
import { ConnectDialog } from './ConnectDialog.tsx';
import { QuarantineCard } from './QuarantineCard.tsx';
import { TakeOutDialog } from './TakeOutDialog.tsx';
import { WorkstationTable } from './WorkstationTable.tsx';
import './workstations.css';

type Open = { readonly what: 'connect' | 'add' } | { readonly what: 'take-out'; readonly device: Device };

/** How often is asked whether a newcomer has been there, milliseconds. */
const soon = 10_000;

/** Where the clinic's workstations meet, which there are, and what of theirs waits for a decision. */
export function WorkstationsPage() {
  const { t } = useTranslation('workstations');
  const can = useCan();
  const [open, setOpen] = useState<Open | null>(null);
  // somebody who was just admitted comes soon; at all other times looking again is an entry for nothing
  const [expecting, setExpecting] = useState(false);
  const list = useProcedure('devices.list', {}, { refetchInterval: expecting ? soon : false });
  const missing = list.data?.devices.some((one) => one.status === 'active' && one.lastContact === null) === true;
  if (expecting && !missing) setExpecting(false);
  const backend = useProcedure('backend.get', {});
  const connected = backend.data !== undefined && backend.data.backend !== null;
  const quarantined = useSyncStanding()?.quarantined ?? 0;
  const close = () => setOpen(null);
  return (
    <div className="ck-workstations">
      <PageHead
        title={t('title')}
        windowTitle={t('title')}
        text={t('text')}
        actions={
          connected && can('user:write') && <Button onClick={() => setOpen({ what: 'add' })}>{t('add.open')}</Button>
        }
      />
      {can('user:write') && quarantined > 0 && <QuarantineCard count={quarantined} />}
      <Card flush label={t('title')}>
        {list.isPending ? (
          <div className="ck-workstations-loading">
            <LoadingSkeleton rows={3} rowHeight={46} />
          </div>
        ) : list.error !== null ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <WorkstationTable
            devices={list.data.devices}
            connected={connected}
            onTakeOut={(device) => setOpen({ what: 'take-out', device })}
          />
        )}
      </Card>
      {backend.isPending ? (
        <Card label={t('backend.title')}>
          <LoadingSkeleton rows={3} />
        </Card>
      ) : backend.error !== null ? (
        <Card label={t('backend.title')}>
          <ErrorState error={backend.error} onRetry={() => void backend.refetch()} />
        </Card>
      ) : (
        <BackendCard backend={backend.data.backend} onConnect={() => setOpen({ what: 'connect' })} />
      )}
      {open?.what === 'connect' && <ConnectDialog onClose={close} />}
      {open?.what === 'add' && (
        <AddWorkstation
          onClose={() => {
            close();
            setExpecting(true);
          }}
        />
      )}
      {open?.what === 'take-out' && <TakeOutDialog device={open.device} onClose={close} />}
    </div>
  );
}

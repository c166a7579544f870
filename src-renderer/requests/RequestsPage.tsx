import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RequestLine } from '../../src-shared/contract/requests.ts';
import { useProcedure } from '../client.ts';
import { Card, EmptyState, ErrorState, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { AloneDialog, type AloneSubject } from './AloneDialog.tsx';
import { AskDialog } from './AskDialog.tsx';
import { HistoryTable } from './HistoryTable.tsx';
import { type RequestAction, RequestDialogs } from './RequestDialogs.tsx';
import { RequestItem } from './RequestItem.tsx';
import './requests.css';

const isWaiting = ({ state }: RequestLine) => state === 'open' || state === 'agreed';

/** What one admin alone may not do: asked for here, agreed to here, carried out from here. */
export function RequestsPage() {
  const { t } = useTranslation('requests');
  const list = useProcedure('requests.list', {}, { refetchInterval: 10_000 });
  const [asking, setAsking] = useState(false);
  const [open, setOpen] = useState<{ action: RequestAction; request: RequestLine } | null>(null);
  const [alone, setAlone] = useState<AloneSubject | null>(null);
  const requests = list.data?.requests ?? [];
  const waiting = requests.filter(isWaiting);
  const past = requests.filter((request) => !isWaiting(request));
  return (
    <div className="ck-requests">
      <PageHead
        title={t('title')}
        windowTitle={t('title')}
        text={t('text')}
        actions={<Button onClick={() => setAsking(true)}>{t('ask')}</Button>}
      />
      {list.isPending ? (
        <Card label={t('title')}>
          <LoadingSkeleton rows={3} rowHeight={64} />
        </Card>
      ) : list.error !== null ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          <Card flush title={t('open')}>
            {waiting.length === 0 ? (
              <EmptyState title={t('none')} text={t(list.data.otherAdmins === 0 ? 'none-alone' : 'none-text')} />
            ) : (
              <ul className="ck-request-list">
                {waiting.map((request) => (
                  <RequestItem key={request.id} request={request} onAction={(action) => setOpen({ action, request })} />
                ))}
              </ul>
            )}
          </Card>
          {past.length > 0 && (
            <Card flush title={t('past')}>
              <HistoryTable requests={past} />
            </Card>
          )}
        </>
      )}
      {asking && (
        <AskDialog
          onClose={() => setAsking(false)}
          onAlone={(subject) => {
            setAsking(false);
            setAlone(subject);
          }}
        />
      )}
      {alone !== null && <AloneDialog subject={alone} onClose={() => setAlone(null)} />}
      {open !== null && <RequestDialogs action={open.action} request={open.request} onClose={() => setOpen(null)} />}
    </div>
  );
}

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../src-shared/contract/people.ts';
import { useSession } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { Card, ErrorState, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { AddPerson } from './AddPerson.tsx';
import { PeopleTable, type PersonAction } from './PeopleTable.tsx';
import { PersonDialogs } from './PersonDialogs.tsx';

/** Who works here, what each may do. Every look and every change is in the audit log. */
export function PeoplePage() {
  const { t } = useTranslation('people');
  const { can } = useSession();
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<{ action: PersonAction; user: User } | null>(null);
  const list = useProcedure('users.list', {});
  return (
    <>
      <PageHead
        title={t('title')}
        windowTitle={t('title')}
        text={t('text')}
        actions={can('user:write') && <Button onClick={() => setAdding(true)}>{t('add')}</Button>}
      />
      <Card flush label={t('title')}>
        {list.isPending ? (
          <div className="ck-people-loading">
            <LoadingSkeleton rows={5} rowHeight={46} />
          </div>
        ) : list.error !== null ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <PeopleTable users={list.data.users} onAction={(action, user) => setOpen({ action, user })} />
        )}
      </Card>
      {list.data?.users.length === 1 && <p className="ck-dim ck-people-alone">{t('alone')}</p>}
      {adding && <AddPerson onClose={() => setAdding(false)} />}
      {open !== null && <PersonDialogs action={open.action} user={open.user} onClose={() => setOpen(null)} />}
    </>
  );
}

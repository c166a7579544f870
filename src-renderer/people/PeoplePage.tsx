import { Button, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../src-shared/contract/people.ts';
import { useSession } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { Card, ErrorState, LoadingSkeleton, PageHead } from '../ui/index.ts';
import { AddPerson } from './AddPerson.tsx';
import { PeopleTable, type PersonAction } from './PeopleTable.tsx';
import { PersonDialogs } from './PersonDialogs.tsx';
import { RolesTab } from './RolesTab.tsx';
import './people.css';

const tabs = ['people', 'roles'] as const;
type Tab = (typeof tabs)[number];

/** Who works here, what each may do. Every look and every change is in the audit log. */
export function PeoplePage() {
  const { t } = useTranslation('people');
  const [tab, setTab] = useState<Tab>('people');
  return (
    <>
      <PageHead title={t('title')} windowTitle={t('title')} text={t('text')} />
      <Tabs
        value={tab}
        onChange={(value) => setTab(tabs.find((each) => each === value) ?? 'people')}
        keepMounted={false}
        className="ck-people-tabs"
      >
        <Tabs.List aria-label={t('tabs')}>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="people">
          <PeopleTab />
        </Tabs.Panel>
        <Tabs.Panel value="roles">
          <RolesTab />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function PeopleTab() {
  const { t } = useTranslation('people');
  const { can } = useSession();
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<{ action: PersonAction; user: User } | null>(null);
  const list = useProcedure('users.list', {});
  return (
    <>
      {can('user:write') && (
        <div className="ck-people-actions">
          <Button onClick={() => setAdding(true)}>{t('add')}</Button>
        </div>
      )}
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

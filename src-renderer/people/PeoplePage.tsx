import { Button, SegmentedControl, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../src-shared/contract/people.ts';
import { useSession } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { DrillReminder } from '../recovery/DrillReminder.tsx';
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
      <DrillReminder />
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

/** Who is shown. Invited people are here too: they are counted apart so that nobody's code runs out unseen. */
const shown = {
  here: (user: User) => user.status !== 'removed',
  invited: (user: User) => user.status !== 'removed' && user.invitedUntil !== null,
  removed: (user: User) => user.status === 'removed',
} as const;
type Show = keyof typeof shown;
const shows: readonly Show[] = ['here', 'invited', 'removed'];

type FilterProps = {
  readonly users: readonly User[];
  readonly value: Show;
  readonly onChange: (show: Show) => void;
};

function Filter({ users, value, onChange }: FilterProps) {
  const { t } = useTranslation('people');
  return (
    <SegmentedControl
      aria-label={t('show.label')}
      value={value}
      onChange={(chosen) => onChange(shows.find((each) => each === chosen) ?? 'here')}
      data={shows.map((each) => ({
        value: each,
        label: t(`show.${each}`, { count: users.filter(shown[each]).length }),
      }))}
    />
  );
}

function PeopleTab() {
  const { t } = useTranslation('people');
  const { can } = useSession();
  const [show, setShow] = useState<Show>('here');
  const [adding, setAdding] = useState(false);
  const [open, setOpen] = useState<{ action: PersonAction; user: User } | null>(null);
  const list = useProcedure('users.list', {});
  return (
    <>
      <div className="ck-people-actions">
        <Filter users={list.data?.users ?? []} value={show} onChange={setShow} />
        {can('user:write') && <Button onClick={() => setAdding(true)}>{t('add')}</Button>}
      </div>
      <Card flush label={t('title')}>
        {list.isPending ? (
          <div className="ck-people-loading">
            <LoadingSkeleton rows={5} rowHeight={46} />
          </div>
        ) : list.error !== null ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : !list.data.users.some(shown[show]) ? (
          <p className="ck-dim ck-people-nobody">{t('show.nobody')}</p>
        ) : (
          <PeopleTable
            users={list.data.users.filter(shown[show])}
            onAction={(action, user) => setOpen({ action, user })}
          />
        )}
      </Card>
      {list.data?.users.length === 1 && show === 'here' && <p className="ck-dim ck-people-alone">{t('alone')}</p>}
      {adding && <AddPerson onClose={() => setAdding(false)} />}
      {open !== null && <PersonDialogs action={open.action} user={open.user} onClose={() => setOpen(null)} />}
    </>
  );
}

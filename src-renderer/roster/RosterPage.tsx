import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../ui/index.ts';
import { ChangesTab } from './ChangesTab.tsx';
import { DayTab } from './DayTab.tsx';
import classes from './roster.module.css';

const tabs = ['day', 'changes'] as const;
type Tab = (typeof tabs)[number];

/** The signed chain of people, roles and keys: who could sign on a day, and who signed what was changed. */
export function RosterPage() {
  const { t } = useTranslation('roster');
  const [tab, setTab] = useState<Tab>('day');
  return (
    <div className={classes.page}>
      <PageHead title={t('title')} windowTitle={t('title')} text={t('text')} />
      <Tabs
        value={tab}
        onChange={(value) => setTab(tabs.find((each) => each === value) ?? 'day')}
        keepMounted={false}
        className={classes.tabs}
      >
        <Tabs.List aria-label={t('title')}>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="day">
          <DayTab />
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          <ChangesTab />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

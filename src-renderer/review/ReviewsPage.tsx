import { Tabs } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProcedure, useRefresh } from '../client.ts';
import { PageHead } from '../ui/index.ts';
import { Queue } from './Queue.tsx';
import { RulesTab } from './RulesTab.tsx';
import classes from './review.module.css';
import { WeeksTab } from './WeeksTab.tsx';

const tabs = ['open', 'weeks', 'closed', 'rules'] as const;
type Tab = (typeof tabs)[number];

/** What somebody else must look at and sign: emergency access, and what stands out in the audit log. */
export function ReviewsPage() {
  const { t } = useTranslation('review');
  const [tab, setTab] = useState<Tab>('open');
  const refresh = useRefresh();
  const open = useProcedure('reviews.count', {}).data?.open ?? 0;
  const known = useRef(open);
  useEffect(() => {
    // the watch found something while the list was on screen
    if (open > known.current) void refresh(['reviews.list']);
    known.current = open;
  }, [open, refresh]);
  return (
    <div className={classes.page}>
      <PageHead title={t('title')} windowTitle={t('title')} text={t('text')} />
      <Tabs
        value={tab}
        onChange={(value) => setTab(tabs.find((each) => each === value) ?? 'open')}
        keepMounted={false}
        className={classes.tabs}
      >
        <Tabs.List aria-label={t('title')}>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {t(`tab.${each}`)}
              {each === 'open' && open > 0 && <span className={classes.count}> {open}</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="open">
          <Queue state="open" />
        </Tabs.Panel>
        <Tabs.Panel value="weeks">
          <WeeksTab />
        </Tabs.Panel>
        <Tabs.Panel value="closed">
          <Queue state="closed" />
        </Tabs.Panel>
        <Tabs.Panel value="rules">
          <RulesTab />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

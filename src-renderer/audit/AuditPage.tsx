import { Button, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';
import { Chip, PageHead, useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { ScrubChip } from './ScrubChip.tsx';
import { auditActions, auditTabs } from './sections.tsx';
import { useOverview } from './use-overview.ts';
import { useVerification } from './use-verification.ts';
import { VerifyResult } from './VerifyResult.tsx';

/** Who did what, when, to whose record, from where, and how it ended. Looking is itself an entry. */
export function AuditPage() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const can = useCan();
  const seesAll = can('audit:read');
  const { verification, start, cancel } = useVerification();
  const overview = useOverview();
  const verified = overview.data?.verified ?? null;
  const tabs = auditTabs.filter(({ needs }) => needs.some(can));
  const actions = auditActions.filter(({ needs }) => needs.some(can));
  const [tab, setTab] = useState(tabs[0]?.key);

  return (
    <div className={classes.page}>
      <PageHead
        title={t(seesAll ? 'title' : 'titleOwn')}
        windowTitle={t('title')}
        chips={
          <>
            {verified !== null && (
              <Chip tone={verified.ok ? 'good' : 'danger'} sign={verified.ok ? '✓' : '▲'}>
                {t(verified.ok ? 'verified' : 'notVerified', {
                  entries: format.number(verified.entries),
                  when: format.dateTime(verified.finishedAt),
                })}
              </Chip>
            )}
            {can('audit:verify') && <ScrubChip />}
          </>
        }
        actions={
          <>
            {actions.map(({ key, show: Action }) => (
              <Action key={key} />
            ))}
            {can('audit:verify') && (
              <Button onClick={start} disabled={verification.state === 'running'}>
                {t('verify.now')}
              </Button>
            )}
          </>
        }
        {...(seesAll ? {} : { text: t('ownOnly') })}
      />
      <VerifyResult verification={verification} onCancel={cancel} onAgain={start} />
      {tabs.length > 1 ? (
        <Tabs
          className={classes.tabs}
          value={tab ?? null}
          onChange={(next) => setTab(tabs.find(({ key }) => key === next)?.key)}
          keepMounted={false}
        >
          <Tabs.List aria-label={t('tabs')}>
            {tabs.map(({ key }) => (
              <Tabs.Tab key={key} value={key}>
                {t(`tab.${key}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabs.map(({ key, show: Tab }) => (
            <Tabs.Panel key={key} value={key} className={classes.tab}>
              <Tab />
            </Tabs.Panel>
          ))}
        </Tabs>
      ) : (
        <div className={classes.tab}>
          {tabs.map(({ key, show: Tab }) => (
            <Tab key={key} />
          ))}
        </div>
      )}
    </div>
  );
}

import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useGo } from '../app/navigation.ts';
import { useSession } from '../app/session.tsx';
import { DraftsList, RecentPatients } from '../find/index.ts';
import { DrillReminder } from '../recovery/DrillReminder.tsx';
import { FirstSync, useFirstSync } from '../sync/index.ts';
import { PageHead } from '../ui/index.ts';
import { UpdateBanner } from '../updates/index.ts';

/** Where a day at the desk begins: one's open drafts and the patients opened last. */
export function HomePage() {
  const { t } = useTranslation('app');
  const { can } = useSession();
  const go = useGo();
  const arriving = useFirstSync();
  const first = can('patient:import') && (
    <Group justify="center">
      <Button onClick={() => go.page('import')}>{t('home.import')}</Button>
    </Group>
  );
  return (
    <>
      <PageHead title={t('rail.patients')} windowTitle={t('rail.patients')} />
      <UpdateBanner />
      <DrillReminder />
      <div className="ck-home" data-drafts={can('note:write')}>
        <RecentPatients emptyAction={first} {...(arriving ? { whileEmpty: <FirstSync /> } : {})} />
        {can('note:write') && <DraftsList />}
      </div>
    </>
  );
}

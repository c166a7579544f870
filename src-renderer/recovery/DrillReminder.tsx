import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useGo } from '../app/navigation.ts';
import { useSession } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import './recovery.css';

/** Once a year an admin is asked whether the kit is still there. Nothing while it is. */
export function DrillReminder() {
  const { t } = useTranslation('kit');
  const { can } = useSession();
  const go = useGo();
  const kit = useProcedure('recovery.kit', {}, { enabled: can('key:rotate') });
  if (kit.data?.drillDue !== true) return null;
  const { lastDrill } = kit.data;
  return (
    <aside className="ck-drill-reminder" aria-label={t('drill.reminder')}>
      <p>
        <span aria-hidden="true">▲ </span>
        {t(lastDrill !== null && !lastDrill.passed ? 'drill.failed-last' : 'drill.due')}
      </p>
      <Button size="xs" variant="default" onClick={() => go.page('recovery')}>
        {t('drill.open-page')}
      </Button>
    </aside>
  );
}

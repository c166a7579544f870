import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useGo } from '../app/navigation.ts';
import { useCan } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { useSyncStanding } from '../sync/index.ts';
import classes from './conflicts.module.css';

/** In the chart, when two people changed the same in it: how many, and the way there. Nothing otherwise. */
export function PatientConflicts({ patientId }: { readonly patientId: string }) {
  const { t } = useTranslation('conflicts');
  const can = useCan();
  const go = useGo();
  const standing = useSyncStanding();
  // asking is an entry of the log: only where there is something to be found
  const enabled = (can('chart:write') || can('patient:write')) && standing !== null && standing.conflicts > 0;
  const { data } = useProcedure('conflicts.list', { patientId }, { enabled, staleTime: 30_000 });
  const count = enabled && data !== undefined ? data.conflicts.length + data.more : 0;
  if (count === 0) return null;
  return (
    <div className={classes.line}>
      <p>
        <span aria-hidden="true">● </span>
        {t('in-chart', { count })}
      </p>
      <Button variant="default" size="xs" onClick={() => go.conflicts(patientId)}>
        {t('look')}
      </Button>
    </div>
  );
}

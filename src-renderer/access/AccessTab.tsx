import { useTranslation } from 'react-i18next';
import { useProcedure } from '../client.ts';
import { Card, EmptyState, ErrorState, LoadingSkeleton } from '../ui/index.ts';
import classes from './access.module.css';
import { ChangeButtons } from './ChangeButtons.tsx';
import { EmergencyLine } from './EmergencyLine.tsx';
import { Restriction } from './Restriction.tsx';

/** Who may open this chart, and who did in an emergency. */
export function AccessTab({ patientId }: { readonly patientId: string }) {
  const { t } = useTranslation('access');
  const { data, error, isPending, refetch } = useProcedure('access.get', { patientId });
  if (isPending) {
    return (
      <Card title={t('who.title')}>
        <LoadingSkeleton rows={3} />
      </Card>
    );
  }
  if (error !== null) {
    return (
      <Card title={t('who.title')}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Card>
    );
  }
  return (
    <div className={classes.tab}>
      <Card title={t('who.title')}>
        <Restriction access={data} />
        {data.mayChange && <ChangeButtons access={data} />}
      </Card>
      <Card title={t('emergencies.title')}>
        {data.emergencies.length === 0 ? (
          <EmptyState title={t('emergencies.none')} />
        ) : (
          <ul className={classes.emergencies}>
            {data.emergencies.map((each) => (
              <li key={each.id}>
                <EmergencyLine access={each} />
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

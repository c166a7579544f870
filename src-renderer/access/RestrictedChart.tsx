import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { Card, LoadingSkeleton } from '../ui/index.ts';
import classes from './access.module.css';
import { ChangeButtons } from './ChangeButtons.tsx';
import { EmergencyDialog } from './EmergencyDialog.tsx';
import { Restriction } from './Restriction.tsx';

type Props = {
  readonly patientId: string;
  /** Who the patient is: that stays readable. */
  readonly banner: ReactNode;
};

/** In place of a chart that is not this person's to open: who may, and the way in when there is no time to ask. */
export function RestrictedChart({ patientId, banner }: Props) {
  const { t } = useTranslation('access');
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const { data, isPending } = useProcedure('access.get', { patientId });
  return (
    <>
      {banner}
      <div className={classes.closed}>
        <Card label={t('closed.title')}>
          <div className={classes.closedText}>
            <h2>{t('closed.title')}</h2>
            {isPending ? <LoadingSkeleton rows={2} /> : data !== undefined && <Restriction access={data} />}
            <p className="ck-dim">{t('closed.ask')}</p>
          </div>
          <div className={classes.closedActions}>
            {can('break-glass:use') && <Button onClick={() => setAsking(true)}>{t('closed.emergency')}</Button>}
            {data?.mayChange === true && <ChangeButtons access={data} />}
          </div>
        </Card>
      </div>
      {asking && data !== undefined && <EmergencyDialog patientId={data.patientId} onClose={() => setAsking(false)} />}
    </>
  );
}

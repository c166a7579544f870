import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGo } from '../app/navigation.ts';
import { useCan } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { NewPatientDialog } from '../patient/index.ts';
import { ariaKeys, Card, EmptyState, ErrorState, Kbd, LoadingSkeleton, useFormat } from '../ui/index.ts';
import classes from './find.module.css';
import { ResultLine } from './ResultLine.tsx';
import { typedPerson } from './typed-person.ts';

type Props = {
  /** The first thing to do in a clinic without patients: buttons of the landing page. */
  readonly emptyAction?: ReactNode;
  /** Instead of "no patients yet": while that is not known. */
  readonly whileEmpty?: ReactNode;
};

/** Patients this user opened last, for the landing page. */
export function RecentPatients({ emptyAction, whileEmpty }: Props) {
  const { t } = useTranslation('find');
  const go = useGo();
  const can = useCan();
  const [adding, setAdding] = useState(false);
  const format = useFormat();
  const { data, error, isPending, refetch } = useProcedure('patients.recent', {});
  return (
    <Card
      title={t('recent')}
      flush
      action={
        <span className={classes.headActions}>
          {data !== undefined && (data.total > 0 || whileEmpty === undefined) && (
            <span className="ck-dim">{t('inAll', { count: data.total, total: format.number(data.total) })}</span>
          )}
          {can('patient:write') && (
            <Button
              size="xs"
              variant="default"
              aria-keyshortcuts={ariaKeys('newPatient')}
              rightSection={<Kbd of="newPatient" />}
              onClick={() => setAdding(true)}
            >
              {t('newPatient')}
            </Button>
          )}
        </span>
      }
    >
      {isPending ? (
        <div className={classes.pad}>
          <LoadingSkeleton rows={6} rowHeight={47} />
        </div>
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data.patients.length === 0 ? (
        (whileEmpty ?? <EmptyState title={t('noneYet')} text={t('noneYetText')} action={emptyAction} />)
      ) : (
        <ul className={classes.list}>
          {data.patients.map((patient) => (
            <li key={patient.id}>
              <button type="button" className={classes.result} onClick={() => go.chart(patient.id)}>
                <ResultLine patient={patient} typed="" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {adding && (
        <NewPatientDialog
          person={typedPerson('')}
          onClose={() => setAdding(false)}
          onOpenPatient={(id) => go.chart(id)}
        />
      )}
    </Card>
  );
}

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { EditPatientDialog } from '../patient/index.ts';
import { Card, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import { Banner, headOfDemographics } from './Banner.tsx';
import classes from './chart.module.css';

/** The patient's page at the reception: demographics only. */
export function PersonPage({ patientId }: { readonly patientId: string }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const { data, error, isPending, refetch } = useProcedure('patients.demographics', { patientId });
  const person = data?.demographics;
  const rows: readonly (readonly [string, string])[] =
    person === undefined
      ? []
      : [
          [t('person.phone'), person.phone],
          [t('person.email'), person.email],
          [
            t('person.address'),
            [person.address.line, `${person.address.postalCode} ${person.address.city}`.trim(), person.address.country]
              .filter(Boolean)
              .join(', '),
          ],
          [t('person.birthDate'), person.birthDate === null ? '' : format.date(person.birthDate)],
          [t('person.former'), person.former],
          ...person.identifiers.map(
            ({ label, value }) => [label === '' ? t('person.identifier') : label, value] as const,
          ),
        ];
  return (
    <div className={classes.page}>
      <Banner
        head={person === undefined ? null : headOfDemographics(person)}
        allergies={null}
        onAllergy={() => undefined}
        actions={
          can('patient:write') &&
          person !== undefined && (
            <Button variant="default" onClick={() => setEditing(true)}>
              {t('edit')}
            </Button>
          )
        }
      />
      <div className={classes.person}>
        <Card title={t('person.title')}>
          {isPending ? (
            <LoadingSkeleton rows={5} />
          ) : error !== null ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : (
            <dl className={classes.details}>
              {rows.map(([name, value], index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two identifiers may bear one label
                <div key={index}>
                  <dt>
                    <bdi>{name}</bdi>
                  </dt>
                  <dd>
                    <bdi>{value === '' ? '–' : value}</bdi>
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </Card>
      </div>
      {editing && <EditPatientDialog patientId={patientId} onClose={() => setEditing(false)} />}
    </div>
  );
}

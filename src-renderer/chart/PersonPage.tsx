import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MaskedField } from '../../src-shared/contract/patients.ts';
import { AccessTab } from '../access/index.ts';
import { AccessReportButton } from '../access-report/index.ts';
import { useCan } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { PatientConflicts } from '../conflicts/PatientConflicts.tsx';
import { copyClears } from '../copying.ts';
import { EditPatientDialog } from '../patient/index.ts';
import { Card, CopyButton, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import { Banner, headOfDemographics } from './Banner.tsx';
import classes from './chart.module.css';

/** `field`: what may be masked in it. */
type Row = { readonly name: string; readonly value: string; readonly field?: MaskedField };

/** The patient's page at the reception: demographics only. */
export function PersonPage({ patientId }: { readonly patientId: string }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const { data, error, isPending, refetch } = useProcedure('patients.demographics', { patientId });
  const person = data?.demographics;
  const masked = data?.masked ?? [];
  const rows: readonly Row[] =
    person === undefined
      ? []
      : [
          { name: t('person.phone'), value: person.phone, field: 'phone' },
          { name: t('person.email'), value: person.email, field: 'phone' },
          {
            name: t('person.address'),
            value: [
              person.address.line,
              `${person.address.postalCode} ${person.address.city}`.trim(),
              person.address.country,
            ]
              .filter(Boolean)
              .join(', '),
          },
          { name: t('person.birthDate'), value: person.birthDate === null ? '' : format.date(person.birthDate) },
          { name: t('person.former'), value: person.former },
          ...person.identifiers.map(
            ({ label, value }): Row => ({
              name: label === '' ? t('person.identifier') : label,
              value,
              field: 'identifiers',
            }),
          ),
        ];
  return (
    <div className={classes.page}>
      <Banner
        head={person === undefined ? null : headOfDemographics(person)}
        masked={masked}
        allergies={null}
        onAllergy={() => undefined}
        actions={
          person !== undefined && (
            <>
              <AccessReportButton patientId={patientId} />
              {can('patient:write') && (
                <Button variant="default" onClick={() => setEditing(true)}>
                  {t('edit')}
                </Button>
              )}
            </>
          )
        }
      />
      <PatientConflicts patientId={patientId} />
      <div className={classes.person}>
        <Card title={t('person.title')}>
          {isPending ? (
            <LoadingSkeleton rows={5} />
          ) : error !== null ? (
            <ErrorState error={error} onRetry={() => void refetch()} />
          ) : (
            <dl className={classes.details}>
              {rows.map(({ name, value, field }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two identifiers may bear one label
                <div key={index}>
                  <dt>
                    <bdi>{name}</bdi>
                  </dt>
                  <dd>
                    <bdi {...(field === 'identifiers' ? copyClears : {})}>{value === '' ? '–' : value}</bdi>
                    {field === 'identifiers' && !masked.includes(field) && value !== '' && (
                      <CopyButton name={name} value={value} />
                    )}
                    {field !== undefined && masked.includes(field) && value !== '' && (
                      <span className="ck-dim"> · {t('masked')}</span>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </Card>
        {can('patient:restrict') && <AccessTab patientId={patientId} />}
      </div>
      {editing && <EditPatientDialog patientId={patientId} onClose={() => setEditing(false)} />}
    </div>
  );
}

import { Button, Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { fullName } from '../find/names.ts';
import { useFormat } from '../ui/index.ts';
import classes from './patient.module.css';

type Props = {
  readonly candidates: Output<'patients.similar'>['candidates'];
  readonly another: boolean;
  readonly onAnother: (another: boolean) => void;
  readonly onOpen: (patientId: string) => void;
};

/** People already here who may be the same person, and why it looks so. */
export function SimilarPatients({ candidates, another, onAnother, onOpen }: Props) {
  const { t } = useTranslation('patient');
  const format = useFormat();
  return (
    <div role="status">
      {candidates.length > 0 && (
        <section className={classes.similar} aria-label={t('similar.title')}>
          <p className={classes.similarTitle}>
            <span aria-hidden>▲</span> {t('similar.title', { count: candidates.length })}
          </p>
          <ul>
            {candidates.map(({ patient, reason }) => (
              <li key={patient.id}>
                <span>
                  <bdi>
                    <strong>{fullName(patient)}</strong>
                  </bdi>
                  {patient.birthDate !== null && ` · ${format.date(patient.birthDate)}`}
                  {patient.identifier !== null && (
                    <>
                      {' · '}
                      <bdi>{patient.identifier}</bdi>
                    </>
                  )}
                  <br />
                  <span className={classes.reason}>{t(`similar.${reason}`)}</span>
                </span>
                <Button variant="default" size="xs" onClick={() => onOpen(patient.id)}>
                  {t('similar.open')}
                </Button>
              </li>
            ))}
          </ul>
          <Checkbox
            label={t('similar.another')}
            checked={another}
            onChange={(event) => onAnother(event.currentTarget.checked)}
          />
        </section>
      )}
    </div>
  );
}

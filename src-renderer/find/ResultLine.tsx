import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientLine } from '../../src-shared/contract/patients.ts';
import { useFormat } from '../ui/index.ts';
import classes from './find.module.css';
import { Marked } from './Marked.tsx';
import { fullName, years } from './names.ts';
import { isoToday } from './today.ts';

type Props = { readonly patient: PatientLine; readonly typed: string };

/** What tells two people apart, in one line of a result list. */
export const ResultLine = memo(function ResultLine({ patient, typed }: Props) {
  const { t } = useTranslation('find');
  const format = useFormat();
  const age = years(patient.birthDate, isoToday());
  const about = [
    patient.birthDate === null ? t('birthDateUnknown') : format.date(patient.birthDate),
    patient.deceased ? t('deceased') : age === null ? null : String(age),
    patient.gender === null ? null : t(`sexShort.${patient.gender}`),
  ];
  const seen =
    patient.lastSeen === null
      ? t('seenNever')
      : patient.lastSeen.slice(0, 10) === isoToday()
        ? t('seenToday')
        : t('seen', { when: format.date(patient.lastSeen) });
  return (
    <>
      <span className={classes.person}>
        <span className={classes.name}>
          <Marked text={fullName(patient)} typed={typed} />
        </span>
        <span className={classes.about}>{about.filter((part) => part !== null).join(' · ')}</span>
      </span>
      <span className={classes.other}>
        {patient.former !== null ? (
          <>
            {t('former')} <Marked text={patient.former} typed={typed} />
          </>
        ) : (
          patient.identifier === null && patient.phone !== null && <bdi>{t('phone', { number: patient.phone })}</bdi>
        )}
      </span>
      <span className={classes.identifier}>
        {patient.identifier !== null && <Marked text={patient.identifier} typed={typed} />}
      </span>
      <span className={classes.seen}>{seen}</span>
    </>
  );
});

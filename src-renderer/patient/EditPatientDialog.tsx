import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Demographics } from '../../src-shared/contract/patients.ts';
import { call, errorValueOf, useAction, useProcedure } from '../client.ts';
import { announce, useFormat } from '../ui/index.ts';
import { DemographicsFields } from './DemographicsFields.tsx';
import { type FieldName, mergeMeanwhile, problemsOf, tidy, withField } from './demographics-fields.ts';
import { FormDialog } from './FormDialog.tsx';
import classes from './patient.module.css';

type Props = { readonly patientId: string; readonly onClose: () => void };

/** Demographics of a patient, for change. */
export function EditPatientDialog({ patientId, onClose }: Props) {
  const { t } = useTranslation('patient');
  const current = useProcedure('patients.demographics', { patientId }, { staleTime: 1000 });
  if (current.data === undefined) {
    return (
      <FormDialog
        title={t('edit.title')}
        submitLabel={t('edit.save')}
        dirty={false}
        busy={current.isPending}
        error={current.error}
        submitDisabled
        onSubmit={() => undefined}
        onClose={onClose}
      >
        <p className={classes.loading} />
      </FormDialog>
    );
  }
  return <EditForm start={current.data} onClose={onClose} />;
}

type Meanwhile = { readonly theirs: Demographics; readonly contested: readonly FieldName[] };

function EditForm({
  start,
  onClose,
}: {
  readonly start: Output<'patients.demographics'>;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('patient');
  // what this form began from; a later answer of the query must not move it
  const [base, setBase] = useState(start);
  const [values, setValues] = useState(start.demographics);
  const [edition, setEdition] = useState(0);
  const [touched, setTouched] = useState(false);
  const [tried, setTried] = useState(false);
  const [unclear, setUnclear] = useState(false);
  const [meanwhile, setMeanwhile] = useState<Meanwhile | null>(null);
  const update = useAction('patients.update', { stale: ['patients', 'chart'] });
  const { patientId } = start;

  const submit = async () => {
    setTried(true);
    if (unclear || problemsOf(values).size > 0) return;
    try {
      await update.mutateAsync({ patientId, version: base.version, demographics: tidy(values) });
      announce(t('edit.saved'));
      onClose();
    } catch (error) {
      if (errorValueOf(error).code !== 'changed-meanwhile') return;
      const latest = await call('patients.demographics', { patientId });
      const { merged, contested } = mergeMeanwhile(base.demographics, values, latest.demographics);
      setBase(latest);
      setValues(merged);
      setEdition((n) => n + 1);
      setMeanwhile({ theirs: latest.demographics, contested });
    }
  };

  return (
    <FormDialog
      title={t('edit.title')}
      submitLabel={t('edit.save')}
      dirty={touched}
      busy={update.isPending}
      error={meanwhile === null ? update.error : null}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      {meanwhile !== null && (
        <Changed
          meanwhile={meanwhile}
          onTake={(name) => {
            setValues(withField(values, meanwhile.theirs, name));
            setEdition((n) => n + 1);
            setMeanwhile({ ...meanwhile, contested: meanwhile.contested.filter((each) => each !== name) });
          }}
        />
      )}
      <DemographicsFields
        values={values}
        edition={edition}
        masked={base.masked}
        problems={tried ? problemsOf(values) : new Set()}
        onDateUnclear={setUnclear}
        onChange={(next) => {
          setValues(next);
          setTouched(true);
        }}
      />
      {base.imported && <p className={classes.hint}>{t('edit.imported')}</p>}
    </FormDialog>
  );
}

/** Someone else saved first: said calmly; what both changed is put side by side. */
function Changed({ meanwhile, onTake }: { readonly meanwhile: Meanwhile; readonly onTake: (name: FieldName) => void }) {
  const { t } = useTranslation('patient');
  const format = useFormat();
  const words = (name: FieldName): string => {
    const { theirs } = meanwhile;
    switch (name) {
      case 'birthDate':
        return theirs.birthDate === null ? '–' : format.date(theirs.birthDate);
      case 'gender':
        return theirs.gender === null ? t('notSaid') : t(`gender.${theirs.gender}`);
      case 'identifiers':
        return theirs.identifiers.map(({ label, value }) => `${label} ${value}`.trim()).join(', ') || '–';
      case 'address':
        return Object.values(theirs.address).filter(Boolean).join(', ') || '–';
      default:
        return theirs[name] || '–';
    }
  };
  return (
    <section className={classes.similar} role="alert">
      <p className={classes.similarTitle}>
        <span aria-hidden>▲</span> {t('changed.title')}
      </p>
      <p>{t(meanwhile.contested.length === 0 ? 'changed.merged' : 'changed.both')}</p>
      {meanwhile.contested.length > 0 && (
        <ul>
          {meanwhile.contested.map((name) => (
            <li key={name}>
              <span>
                {t(`changed.field.${name}`)}: <bdi>{words(name)}</bdi>
              </span>
              <Button variant="default" size="xs" onClick={() => onTake(name)}>
                {t('changed.take')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

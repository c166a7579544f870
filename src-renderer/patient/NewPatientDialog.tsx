import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorValueOf, useAction, useProcedure } from '../client.ts';
import type { TypedPerson } from '../find/typed-person.ts';
import { DemographicsFields } from './DemographicsFields.tsx';
import { readDate } from './date-input.ts';
import { noDemographics, problemsOf, tidy } from './demographics-fields.ts';
import { FormDialog } from './FormDialog.tsx';
import { SimilarPatients } from './SimilarPatients.tsx';

type Props = {
  readonly person: TypedPerson;
  readonly onClose: () => void;
  readonly onOpenPatient: (patientId: string) => void;
};

/** A new patient, begun with what was typed in the search box; likely duplicates are named while one types. */
export function NewPatientDialog({ person, onClose, onOpenPatient }: Props) {
  const { t } = useTranslation('patient');
  const [values, setValues] = useState(() => {
    const read = readDate(person.birthDate, new Date().getFullYear());
    return {
      ...noDemographics,
      family: person.family,
      given: person.given,
      birthDate: read.kind === 'date' ? read.iso : null,
    };
  });
  const [touched, setTouched] = useState(false);
  const [tried, setTried] = useState(false);
  const [unclear, setUnclear] = useState(false);
  const [another, setAnother] = useState(false);
  const create = useAction('patients.create', { stale: ['patients'] });

  const family = values.family.trim();
  const given = values.given.trim();
  const birthDate = values.birthDate?.length === 10 ? values.birthDate : null;
  // the same words stay the same object: a new one each time would start the wait anew
  const asked = useMemo(() => ({ family, given, birthDate }), [family, given, birthDate]);
  // comparing leaves an audit entry: asked when the fingers rest, not with each letter
  const [settled] = useDebouncedValue(asked, 250);
  const comparable = settled.family.length > 1 && (settled.given !== '' || settled.birthDate !== null);
  const similar = useProcedure('patients.similar', settled, {
    enabled: comparable,
    keepPrevious: true,
    staleTime: 30_000,
  });
  const candidates = comparable ? (similar.data?.candidates ?? []) : [];
  const problems = tried ? problemsOf(values) : new Set<string>();

  const submit = async () => {
    setTried(true);
    if (unclear || problemsOf(values).size > 0) return;
    try {
      const { patientId } = await create.mutateAsync({ demographics: tidy(values), notADuplicate: another });
      onOpenPatient(patientId);
    } catch (error) {
      // shown by the form; a likely duplicate that came in meanwhile is looked up again
      if (errorValueOf(error).code === 'likely-duplicate') await similar.refetch();
    }
  };

  return (
    <FormDialog
      title={t('new.title')}
      submitLabel={t('new.save')}
      dirty={touched}
      busy={create.isPending}
      error={create.error}
      submitDisabled={candidates.length > 0 && !another}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <DemographicsFields
        values={values}
        edition={0}
        problems={problems}
        {...(person.birthDate === '' ? {} : { typedBirthDate: person.birthDate })}
        onDateUnclear={setUnclear}
        onChange={(next) => {
          setValues(next);
          setTouched(true);
        }}
      />
      <SimilarPatients candidates={candidates} another={another} onAnother={setAnother} onOpen={onOpenPatient} />
    </FormDialog>
  );
}

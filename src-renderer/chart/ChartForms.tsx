import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { DateField } from '../patient/DateField.tsx';
import { FormDialog } from '../patient/FormDialog.tsx';
import { announce } from '../ui/index.ts';
import classes from './chart.module.css';

type Props = { readonly patientId: string; readonly onClose: () => void };
const stale = ['chart'] as const;

export function ProblemDialog({ patientId, onClose }: Props) {
  const { t } = useTranslation('chart');
  const [text, setText] = useState('');
  const [onset, setOnset] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [unclear, setUnclear] = useState(false);
  const add = useAction('chart.addProblem', { stale });
  const submit = () =>
    add.mutate(
      { patientId, text, code: '', system: '', onset, note },
      {
        onSuccess: () => {
          announce(t('form.problemDone'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={t('form.problem')}
      submitLabel={t('form.add')}
      size={480}
      dirty={text !== '' || note !== ''}
      busy={add.isPending}
      error={add.error}
      submitDisabled={text.trim() === '' || unclear}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t('form.problemText')}
        required
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <DateField label={t('form.onset')} value={onset} onChange={setOnset} onUnclear={setUnclear} />
      <Textarea
        label={t('form.note')}
        maxLength={2000}
        rows={3}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

export function MedicationDialog({ patientId, onClose }: Props) {
  const { t } = useTranslation('chart');
  const [text, setText] = useState('');
  const [dosage, setDosage] = useState('');
  const [start, setStart] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const [unclear, setUnclear] = useState(false);
  const add = useAction('chart.addMedication', { stale });
  const submit = () =>
    add.mutate(
      { patientId, text, code: '', system: '', dosage, start, note },
      {
        onSuccess: () => {
          announce(t('form.medicationDone'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={t('form.medication')}
      submitLabel={t('form.add')}
      size={480}
      dirty={text !== '' || dosage !== '' || note !== ''}
      busy={add.isPending}
      error={add.error}
      submitDisabled={text.trim() === '' || unclear}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextInput
        label={t('form.medicationText')}
        required
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
      />
      <TextInput
        label={t('form.dosage')}
        placeholder="1-0-1"
        maxLength={200}
        value={dosage}
        onChange={(event) => setDosage(event.currentTarget.value)}
      />
      <DateField label={t('form.start')} value={start} onChange={setStart} onUnclear={setUnclear} />
      <Textarea
        label={t('form.note')}
        maxLength={2000}
        rows={3}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

const categories = ['medication', 'food', 'environment', 'biologic'] as const;
const criticalities = ['high', 'low', 'unable-to-assess'] as const;

/** An allergy, or that the patient was asked and knows of none. `canSayNone`: no allergy is recorded. */
export function AllergyDialog({ patientId, canSayNone, onClose }: Props & { readonly canSayNone: boolean }) {
  const { t } = useTranslation('chart');
  const [none, setNone] = useState(false);
  const [text, setText] = useState('');
  const [reaction, setReaction] = useState('');
  const [category, setCategory] = useState('');
  const [criticality, setCriticality] = useState('');
  const [onset, setOnset] = useState<string | null>(null);
  const [unclear, setUnclear] = useState(false);
  const add = useAction('chart.addAllergy', { stale });
  const submit = () =>
    add.mutate(
      none
        ? { kind: 'none-known', patientId }
        : {
            kind: 'allergy',
            patientId,
            text,
            code: '',
            system: '',
            category: categories.find((each) => each === category) ?? null,
            criticality: criticalities.find((each) => each === criticality) ?? null,
            reaction,
            onset,
          },
      {
        onSuccess: () => {
          announce(t('form.allergyDone'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={t('form.allergy')}
      submitLabel={t('form.add')}
      size={480}
      dirty={text !== '' || reaction !== ''}
      busy={add.isPending}
      error={add.error}
      submitDisabled={!none && (text.trim() === '' || unclear)}
      onSubmit={submit}
      onClose={onClose}
    >
      {canSayNone && (
        <Checkbox
          label={t('form.noneKnown')}
          checked={none}
          onChange={(event) => setNone(event.currentTarget.checked)}
        />
      )}
      {!none && (
        <>
          <TextInput
            label={t('form.allergyText')}
            required
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label={t('form.reaction')}
            maxLength={200}
            value={reaction}
            onChange={(event) => setReaction(event.currentTarget.value)}
          />
          <div className={classes.pair}>
            <NativeSelect
              label={t('form.category')}
              value={category}
              onChange={(event) => setCategory(event.currentTarget.value)}
              data={[
                { value: '', label: t('form.notSaid') },
                ...categories.map((value) => ({ value, label: t(`category.${value}`) })),
              ]}
            />
            <NativeSelect
              label={t('form.criticality')}
              value={criticality}
              onChange={(event) => setCriticality(event.currentTarget.value)}
              data={[
                { value: '', label: t('form.notSaid') },
                ...criticalities.map((value) => ({ value, label: t(`criticality.${value}`) })),
              ]}
            />
          </div>
          <DateField label={t('form.onset')} value={onset} onChange={setOnset} onUnclear={setUnclear} />
        </>
      )}
    </FormDialog>
  );
}

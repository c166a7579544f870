import { NativeSelect, TextInput } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../src-shared/contract/index.ts';
import {
  bodyMassIndex,
  inFirstUnit,
  judge,
  rangeIn,
  type VitalKey,
  vitalKeys,
  vitalSigns,
} from '../../src-shared/fhir/vitals.ts';
import { useAction } from '../client.ts';
import { FormDialog } from '../patient/FormDialog.tsx';
import { announce, useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { FlagWord } from './FlagWord.tsx';

type Entry = { readonly text: string; readonly ucum: string };
type Entries = { readonly [K in VitalKey]: Entry };

const first: Entries = {
  systolic: empty('systolic'),
  diastolic: empty('diastolic'),
  'heart-rate': empty('heart-rate'),
  'respiratory-rate': empty('respiratory-rate'),
  temperature: empty('temperature'),
  'oxygen-saturation': empty('oxygen-saturation'),
  weight: empty('weight'),
  height: empty('height'),
  bmi: empty('bmi'),
  'head-circumference': empty('head-circumference'),
  glucose: empty('glucose'),
  hba1c: empty('hba1c'),
  pain: empty('pain'),
};

function empty(key: VitalKey): Entry {
  return { text: '', ucum: vitalSigns[key].units[0].ucum };
}

/** The number as the record keeps it: a point, no blanks; undefined when it is none. */
function plainNumber(text: string): string | undefined {
  const plain = text.trim().replace(',', '.');
  return /^\d{1,5}(\.\d{1,3})?$/.test(plain) ? plain : undefined;
}

type Problem = 'not-a-number' | 'implausible' | 'below-diastolic';
function problemOf(key: VitalKey, entries: Entries): Problem | undefined {
  const entry = entries[key];
  if (entry.text.trim() === '') return undefined;
  const plain = plainNumber(entry.text);
  if (plain === undefined) return 'not-a-number';
  if (judge(vitalSigns[key], Number(plain), entry.ucum) === 'implausible') return 'implausible';
  const systolic = plainNumber(entries.systolic.text);
  return key === 'diastolic' && systolic !== undefined && Number(plain) >= Number(systolic)
    ? 'below-diastolic'
    : undefined;
}

type Value = CallInput<'chart.recordVitals'>['values'][number];

/** What goes to core: blood pressure as one panel, all else one by one. */
function valuesOf(entries: Entries): Value[] {
  const plain = (key: VitalKey) => plainNumber(entries[key].text);
  const systolic = plain('systolic');
  const diastolic = plain('diastolic');
  const values: Value[] = [];
  if (systolic !== undefined || diastolic !== undefined) {
    values.push({
      vital: 'blood-pressure',
      value: { ...(systolic === undefined ? {} : { systolic }), ...(diastolic === undefined ? {} : { diastolic }) },
      unit: entries.systolic.ucum,
    });
  }
  for (const key of vitalKeys) {
    const value = plain(key);
    if (key !== 'systolic' && key !== 'diastolic' && value !== undefined)
      values.push({ vital: key, value, unit: entries[key].ucum });
  }
  return values;
}

/** Records vital signs, now: units, the usual range beside each, implausible values refused as they are typed. */
export function VitalsDialog({ patientId, onClose }: { readonly patientId: string; readonly onClose: () => void }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const noteId = useId();
  const [entries, setEntries] = useState(first);
  const record = useAction('chart.recordVitals', { stale: ['chart'] });
  const change = (key: VitalKey, part: Partial<Entry>) =>
    setEntries({ ...entries, [key]: { ...entries[key], ...part } });
  const problems = vitalKeys.filter((key) => problemOf(key, entries) !== undefined);
  const values = valuesOf(entries);
  const figure = (key: 'weight' | 'height') => {
    const plain = plainNumber(entries[key].text);
    return plain === undefined ? undefined : inFirstUnit(vitalSigns[key], Number(plain), entries[key].ucum);
  };
  const weight = figure('weight');
  const height = figure('height');
  const computed =
    weight !== undefined && height !== undefined && height > 0 ? bodyMassIndex(weight, height) : undefined;

  const submit = () =>
    record.mutate(
      { patientId, at: Date.now(), values },
      {
        onSuccess: () => {
          announce(t('vitals.done'));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={t('vitals.title')}
      submitLabel={t('vitals.save')}
      size={620}
      dirty={vitalKeys.some((key) => entries[key].text !== '')}
      busy={record.isPending}
      error={record.error}
      submitDisabled={values.length === 0 || problems.length > 0}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className={classes.vitals}>
        {vitalKeys.map((key, index) => {
          const sign = vitalSigns[key];
          const entry = entries[key];
          const problem = problemOf(key, entries);
          const plain = plainNumber(entry.text);
          const judged = plain === undefined ? undefined : judge(sign, Number(plain), entry.ucum);
          const range = rangeIn(sign, entry.ucum);
          return (
            <div key={key} className={classes.vital}>
              <TextInput
                label={t(`vital.${key}`)}
                inputMode="decimal"
                maxLength={9}
                value={entry.text}
                error={problem !== undefined}
                aria-describedby={`${noteId}-${key}`}
                onChange={(event) => change(key, { text: event.currentTarget.value })}
                {...(index === 0 ? { 'data-autofocus': true } : {})}
              />
              {sign.units.length > 1 ? (
                <NativeSelect
                  aria-label={t('vitals.unit', { name: t(`vital.${key}`) })}
                  value={entry.ucum}
                  onChange={(event) => change(key, { ucum: event.currentTarget.value })}
                  data={sign.units.map((unit) => ({ value: unit.ucum, label: unit.label }))}
                />
              ) : (
                <span className={classes.vitalUnit}>{sign.units[0].label}</span>
              )}
              <span
                id={`${noteId}-${key}`}
                className={classes.vitalRange}
                role="status"
                data-problem={problem !== undefined || undefined}
              >
                {problem !== undefined ? (
                  t(`vitals.${problem}`)
                ) : judged === 'high' || judged === 'low' ? (
                  <FlagWord flag={judged} />
                ) : key === 'bmi' && computed !== undefined && entry.text === '' ? (
                  <button
                    type="button"
                    className={classes.cardAction}
                    onClick={() => change('bmi', { text: String(computed) })}
                  >
                    {t('vitals.takeBmi', { value: format.number(computed) })}
                  </button>
                ) : (
                  rangeWords(range)
                )}
              </span>
            </div>
          );
        })}
      </div>
    </FormDialog>
  );
}

function rangeWords(range: { readonly low?: number; readonly high?: number } | undefined): string {
  if (range === undefined) return '';
  if (range.low === undefined) return `≤ ${range.high}`;
  return range.high === undefined ? `≥ ${range.low}` : `${range.low}–${range.high}`;
}

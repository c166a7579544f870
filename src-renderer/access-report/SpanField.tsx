import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportSpan } from '../../src-shared/contract/access-report.ts';
import { DateField } from '../patient/DateField.tsx';
import classes from './access-report.module.css';

const kinds = ['three-years', 'all', 'days'] as const;

/** The last three years, everything, or days typed in: null until they are a span. */
export function SpanField({ onChange }: { readonly onChange: (span: ReportSpan | null) => void }) {
  const { t } = useTranslation('accessReport');
  const [kind, setKind] = useState<(typeof kinds)[number]>('three-years');
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const tell = (first: string | null, last: string | null) => {
    onChange(first !== null && last !== null && first <= last ? { from: first, to: last } : null);
  };
  const choose = (value: string) => {
    const next = kinds.find((each) => each === value) ?? kind;
    setKind(next);
    if (next === 'days') tell(from, to);
    else onChange(next);
  };
  return (
    <div className={classes.span}>
      <SegmentedControl
        aria-label={t('dialog.span')}
        value={kind}
        onChange={choose}
        data={kinds.map((value) => ({ value, label: t(`dialog.${value}`) }))}
      />
      {kind === 'days' && (
        <div className={classes.days}>
          <DateField
            label={t('dialog.from')}
            value={from}
            precision="day"
            onChange={(value) => {
              setFrom(value);
              tell(value, to);
            }}
          />
          <DateField
            label={t('dialog.to')}
            value={to}
            precision="day"
            onChange={(value) => {
              setTo(value);
              tell(from, value);
            }}
          />
        </div>
      )}
    </div>
  );
}

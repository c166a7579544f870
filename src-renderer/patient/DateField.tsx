import { TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Language } from '../../src-shared/contract/primitives.ts';
import { isLanguage } from '../i18n.ts';
import { useFormat } from '../ui/index.ts';
import { readDate, writeDate } from './date-input.ts';

type Props = {
  readonly label: ReactNode;
  /** ISO date, full or partial; null while empty or unclear. */
  readonly value: string | null;
  readonly onChange: (iso: string | null) => void;
  /** Tells that what stands in the field is no date. */
  readonly onUnclear?: (unclear: boolean) => void;
  /** `day`: only a whole date will do. */
  readonly precision?: 'day' | 'any';
  /** What stands in the field at first, as typed elsewhere. */
  readonly typed?: string;
  readonly required?: boolean;
  readonly error?: ReactNode;
  readonly 'data-autofocus'?: boolean;
};

/** A date typed by keyboard in the user's order; what was understood stands beside it in words. */
export function DateField({ value, onChange, onUnclear, precision = 'any', typed, error, ...field }: Props) {
  const { t, i18n } = useTranslation('patient');
  const format = useFormat();
  const language: Language = isLanguage(i18n.language) ? i18n.language : 'en';
  const [text, setText] = useState(() => typed ?? (value === null ? '' : writeDate(value, language)));
  const [left, setLeft] = useState(typed !== undefined && typed !== '');
  const read = readDate(text, new Date().getFullYear());
  const fits = read.kind === 'date' && (precision === 'any' || read.iso.length === 10);
  const unclear = read.kind === 'unclear' || (read.kind === 'date' && !fits);

  const change = (next: string) => {
    setText(next);
    const now = readDate(next, new Date().getFullYear());
    const good = now.kind === 'date' && (precision === 'any' || now.iso.length === 10);
    onChange(good ? now.iso : null);
    onUnclear?.(now.kind !== 'empty' && !good);
  };
  return (
    <TextInput
      {...field}
      value={text}
      inputMode="numeric"
      autoComplete="off"
      placeholder={t(precision === 'day' ? 'date.placeholderDay' : 'date.placeholder')}
      onChange={(event) => change(event.currentTarget.value)}
      onBlur={() => {
        setLeft(true);
        if (fits && read.kind === 'date') setText(writeDate(read.iso, language));
      }}
      error={error ?? (left && unclear ? t('date.unclear') : undefined)}
      description={fits && read.kind === 'date' ? format.date(read.iso) : ' '}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
    />
  );
}

import { SegmentedControl, Textarea } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KitForm } from '../../src-shared/contract/app.ts';

const wordsOfCode = 24;
const wordsOfSheet = 29;

/** The words of a kit as typed or pasted: numbers, dots and line breaks of the printed list do not matter. */
export function kitWords(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

/** A whole kit: the one code, or two sheets one after the other. */
export function isWholeKit(text: string): boolean {
  const { length } = kitWords(text);
  return length === wordsOfCode || length === 2 * wordsOfSheet;
}

type WordsFieldProps = {
  /** Called with all words, the two sheets one after the other. */
  readonly onChange: (value: string) => void;
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
  /** How the kit was made, where that is known. */
  readonly form?: KitForm;
};

/** The recovery kit, typed: one code of 24 words, or two of the three sheets. */
export function WordsField({ onChange, error, autoFocus = false, form: known = 'code' }: WordsFieldProps) {
  const { t } = useTranslation('start');
  const label = useId();
  const [form, setForm] = useState<KitForm>(known);
  const [code, setCode] = useState('');
  const [sheets, setSheets] = useState<readonly [string, string]>(['', '']);
  const tell = (chosen: KitForm, one: string, both: readonly [string, string]) =>
    onChange(kitWords(chosen === 'code' ? one : both.join('\n')).join(' '));
  return (
    <div>
      <p className="ck-field-label" id={label}>
        {t('words.form')}
      </p>
      <SegmentedControl
        aria-labelledby={label}
        fullWidth
        mb={12}
        data={[
          { value: 'code', label: t('words.code') },
          { value: 'shares', label: t('words.sheets') },
        ]}
        value={form}
        onChange={(value) => {
          const chosen: KitForm = value === 'shares' ? 'shares' : 'code';
          setForm(chosen);
          tell(chosen, code, sheets);
        }}
      />
      {form === 'code' ? (
        <Words
          label={t('words.label')}
          hint={t('words.hint')}
          whole={wordsOfCode}
          value={code}
          onChange={(text) => {
            setCode(text);
            tell('code', text, sheets);
          }}
          error={error}
          autoFocus={autoFocus}
        />
      ) : (
        sheets.map((sheet, at) => (
          <Words
            // biome-ignore lint/suspicious/noArrayIndexKey: two fields, always the same two
            key={at}
            label={t(at === 0 ? 'words.one-sheet' : 'words.other-sheet')}
            hint={at === 0 ? t('words.sheet-hint') : undefined}
            whole={wordsOfSheet}
            value={sheet}
            onChange={(text) => {
              const next: readonly [string, string] = at === 0 ? [text, sheets[1]] : [sheets[0], text];
              setSheets(next);
              tell('shares', code, next);
            }}
            error={at === 1 ? error : undefined}
            autoFocus={false}
          />
        ))
      )}
    </div>
  );
}

type WordsProps = {
  readonly label: string;
  readonly hint: string | undefined;
  readonly whole: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
  readonly autoFocus: boolean;
};

function Words({ label, hint, whole, value, onChange, error, autoFocus }: WordsProps) {
  const { t } = useTranslation('start');
  const count = kitWords(value).length;
  return (
    <div className="ck-words">
      <Textarea
        label={label}
        description={hint}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        rows={4}
        maxLength={600}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={autoFocus}
        classNames={{ input: 'ck-mono' }}
      />
      <p className={`ck-word-count ${count === whole ? 'ck-good-text' : 'ck-dim'}`} role="status">
        {count === whole ? '✓ ' : ''}
        {t('words.count', { count, whole })}
      </p>
    </div>
  );
}

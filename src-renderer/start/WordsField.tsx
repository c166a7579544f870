import { Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** The words of a kit as typed or pasted: numbers, dots and line breaks of the printed list do not matter. */
export function kitWords(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

type WordsFieldProps = {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
};

export function WordsField({ value, onChange, error, autoFocus = false }: WordsFieldProps) {
  const { t } = useTranslation('start');
  const count = kitWords(value).length;
  return (
    <div>
      <Textarea
        label={t('words.label')}
        description={t('words.hint')}
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
      <p className={`ck-word-count ${count === 24 ? 'ck-good-text' : 'ck-dim'}`} role="status">
        {count === 24 ? '✓ ' : ''}
        {t('words.count', { count })}
      </p>
    </div>
  );
}

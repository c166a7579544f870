import { CloseButton, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './audit.module.css';

/** Every question to the log is an entry in it: it is asked when one stops typing, not at each letter. */
const pauseMs = 600;

type Props = { readonly text: string; readonly onChange: (text: string) => void };

/** Words of what happened, as they are called on screen, or codes. Enter asks at once, Escape empties. */
export function SearchBox({ text, onChange }: Props) {
  const { t } = useTranslation('audit');
  const [typed, setTyped] = useState(text);
  // another filter brings its own words
  const [given, setGiven] = useState(text);
  if (given !== text) {
    setGiven(text);
    setTyped(text);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const ask = (next: string) => {
    clearTimeout(timer.current);
    if (next.trim() !== text) onChange(next.trim());
  };
  return (
    <search className={classes.search}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask(typed);
        }}
      >
        <TextInput
          size="xs"
          aria-label={t('search.label')}
          placeholder={t('search.placeholder')}
          maxLength={100}
          value={typed}
          onChange={(event) => {
            const next = event.currentTarget.value;
            setTyped(next);
            clearTimeout(timer.current);
            timer.current = setTimeout(() => ask(next), pauseMs);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || typed === '') return;
            event.preventDefault();
            setTyped('');
            ask('');
          }}
          rightSection={
            typed === '' ? null : (
              <CloseButton
                size="xs"
                aria-label={t('search.clear')}
                onClick={() => {
                  setTyped('');
                  ask('');
                }}
              />
            )
          }
        />
      </form>
    </search>
  );
}

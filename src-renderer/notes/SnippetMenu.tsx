import { Button, Popover, TextInput } from '@mantine/core';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Snippet } from '../../src-shared/contract/chart.ts';
import { useProcedure } from '../client.ts';
import { foldedWords } from '../find/highlight.ts';
import classes from './notes.module.css';
import { SnippetsDialog } from './SnippetsDialog.tsx';

/** Text blocks by name: type some letters, Enter puts the block where the cursor stood. */
export function SnippetMenu({ onInsert }: { readonly onInsert: (text: string) => void }) {
  const { t } = useTranslation('notes');
  const listId = useId();
  const [opened, setOpened] = useState(false);
  const [managing, setManaging] = useState(false);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const { data, isPending } = useProcedure('snippets.list', {}, { staleTime: 60_000 });
  const wanted = foldedWords(text);
  const matching = (data?.snippets ?? []).filter((snippet) => {
    const words = foldedWords(snippet.name);
    return wanted.every((part) => words.some((word) => word.startsWith(part)));
  });
  const current = Math.min(at, Math.max(0, matching.length - 1));

  const take = (snippet: Snippet) => {
    setOpened(false);
    setText('');
    onInsert(snippet.text);
  };
  const onKey = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1 };
    const next = steps[event.key];
    const snippet = matching[current];
    if (next !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(matching.length - 1, next)));
    } else if (event.key === 'Enter' && !event.ctrlKey && snippet !== undefined) {
      event.preventDefault();
      take(snippet);
    }
  };
  return (
    <>
      <Popover opened={opened} onChange={setOpened} position="bottom-end" width={320} trapFocus>
        <Popover.Target>
          <Button variant="default" size="xs" onClick={() => setOpened(!opened)}>
            {t('snippets.button')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown p={8} aria-label={t('snippets.button')}>
          <TextInput
            role="combobox"
            aria-label={t('snippets.find')}
            aria-expanded={matching.length > 0}
            aria-controls={listId}
            aria-activedescendant={matching.length > 0 ? `${listId}-${current}` : undefined}
            placeholder={t('snippets.find')}
            value={text}
            data-autofocus
            onChange={(event) => {
              setText(event.currentTarget.value);
              setAt(0);
            }}
            onKeyDown={onKey}
          />
          <div className={classes.snippets} id={listId} role="listbox" aria-label={t('snippets.button')}>
            {matching.map((snippet, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox that owns this list
              // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox
              <div
                key={snippet.id}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === current}
                className={classes.snippet}
                onClick={() => take(snippet)}
              >
                <bdi>{snippet.name}</bdi>
                <span dir="auto">{snippet.text}</span>
              </div>
            ))}
          </div>
          {!isPending && matching.length === 0 && <p className={classes.quiet}>{t('snippets.none')}</p>}
          <Button
            variant="subtle"
            size="compact-sm"
            mt={4}
            onClick={() => {
              setOpened(false);
              setManaging(true);
            }}
          >
            {t('snippets.manage')}
          </Button>
        </Popover.Dropdown>
      </Popover>
      {managing && <SnippetsDialog snippets={data?.snippets ?? []} onClose={() => setManaging(false)} />}
    </>
  );
}

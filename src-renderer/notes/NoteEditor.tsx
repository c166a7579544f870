import { Button, NativeSelect, SegmentedControl } from '@mantine/core';
import { type KeyboardEvent, useCallback, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type NoteContent, noteContent } from '../../src-shared/contract/chart.ts';
import { announce, ariaKeys, Chip, ConfirmDialog, Kbd, useShortcut } from '../ui/index.ts';
import classes from './notes.module.css';
import { SaveStatus } from './SaveStatus.tsx';
import { SnippetMenu } from './SnippetMenu.tsx';
import type { OpenDraft } from './use-drafts.ts';

const soap = ['subjective', 'objective', 'assessment', 'plan'] as const;
type Part = (typeof soap)[number] | 'text';
const limits: { readonly [P in Part]: number } = {
  subjective: 100_000,
  objective: 100_000,
  assessment: 100_000,
  plan: 100_000,
  text: 200_000,
};

type Props = {
  readonly draft: OpenDraft;
  readonly maySign: boolean;
  /** Ctrl+Enter outside of any draft signs this one. */
  readonly first: boolean;
  readonly onSign: (draft: OpenDraft, password: string) => Promise<void>;
  readonly onDiscard: (draft: OpenDraft) => Promise<void>;
};

/** A note being written. What is typed here is kept by the draft's saver, which outlives this screen. */
export function NoteEditor({ draft, maySign, first, onSign, onDiscard }: Props) {
  const { t } = useTranslation('notes');
  const fieldId = useId();
  const [content, setContent] = useState(draft.saver.content);
  const [signing, setSigning] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const card = useRef<HTMLElement>(null);
  const cursor = useRef<{ part: Part; from: number; to: number } | null>(null);
  const fields = useRef(new Map<Part, HTMLTextAreaElement>());
  const shown: readonly Part[] = content.format === 'soap' ? soap : ['text'];
  const empty = shown.every((part) => content[part].trim() === '');

  const change = (part: Partial<NoteContent>) => {
    const next = { ...content, ...part };
    setContent(next);
    draft.saver.change(next);
  };
  const askSign = useCallback(() => setSigning(true), []);
  useShortcut(
    'sign',
    () => {
      const inEditor = document.activeElement?.closest('[data-draft]') ?? null;
      if (inEditor === null || inEditor === card.current) askSign();
    },
    maySign && !empty && !signing && !discarding && first,
  );
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && maySign && !empty && !first) {
      event.preventDefault();
      askSign();
    }
  };

  useEffect(() => {
    if (draft.fresh) [...fields.current.values()][0]?.focus();
  }, [draft.fresh]);

  const remember = (part: Part, field: HTMLTextAreaElement) => {
    cursor.current = { part, from: field.selectionStart, to: field.selectionEnd };
  };
  const insert = (text: string) => {
    const part = cursor.current?.part ?? shown[0] ?? 'text';
    const old = content[part];
    const from = cursor.current?.part === part ? cursor.current.from : old.length;
    const to = cursor.current?.part === part ? cursor.current.to : old.length;
    change({ [part]: `${old.slice(0, from)}${text}${old.slice(to)}` });
    const end = from + text.length;
    cursor.current = { part, from: end, to: end };
    // after the text is drawn and the menu has given the focus back
    setTimeout(() => {
      const field = fields.current.get(part);
      field?.focus();
      field?.setSelectionRange(end, end);
    });
  };
  const changeFormat = (format: NoteContent['format']) => {
    if (format === content.format) return;
    // nothing typed is lost by changing the form: the parts become one text and the text becomes the first part
    const joined = soap
      .filter((part) => content[part].trim() !== '')
      .map((part) => `${t(`part.${part}`)}: ${content[part]}`)
      .join('\n');
    if (format === 'text')
      change({
        format,
        text: [content.text, joined].filter(Boolean).join('\n'),
        subjective: '',
        objective: '',
        assessment: '',
        plan: '',
      });
    else change({ format, subjective: [content.subjective, content.text].filter(Boolean).join('\n'), text: '' });
  };

  const name = draft.amends === null ? t('draft') : t('amendment');
  return (
    <section className={classes.editor} aria-label={name} ref={card} data-draft onKeyDown={onKey}>
      <header className={classes.editorHead}>
        <input
          className={classes.title}
          aria-label={t('titleField')}
          placeholder={draft.amends === null ? t('titlePlaceholder') : t('amendment')}
          maxLength={160}
          value={content.title}
          onChange={(event) => change({ title: event.currentTarget.value })}
          onBlur={() => void draft.saver.flush()}
        />
        <Chip tone="warn">{name}</Chip>
        <SaveStatus saver={draft.saver} />
        <span className={classes.editorActions}>
          <SnippetMenu onInsert={insert} />
          {maySign && (
            <Button
              size="xs"
              onClick={askSign}
              disabled={empty}
              aria-keyshortcuts={ariaKeys('sign')}
              rightSection={<Kbd of="sign" />}
            >
              {t('sign')}
            </Button>
          )}
        </span>
      </header>
      <div className={classes.parts}>
        {shown.map((part) => (
          <div key={part} className={classes.part} data-whole={part === 'text' || undefined}>
            <label htmlFor={`${fieldId}-${part}`}>{t(`part.${part}`)}</label>
            <textarea
              id={`${fieldId}-${part}`}
              ref={(field) => {
                if (field === null) fields.current.delete(part);
                else fields.current.set(part, field);
              }}
              dir="auto"
              rows={part === 'text' ? 4 : 1}
              maxLength={limits[part]}
              value={content[part]}
              onChange={(event) => {
                change({ [part]: event.currentTarget.value });
                remember(part, event.currentTarget);
              }}
              onSelect={(event) => remember(part, event.currentTarget)}
              onBlur={() => void draft.saver.flush()}
            />
          </div>
        ))}
      </div>
      <footer className={classes.editorFoot}>
        <SegmentedControl
          size="xs"
          aria-label={t('format')}
          value={content.format}
          onChange={(value) => changeFormat(value === 'text' ? 'text' : 'soap')}
          data={[
            { value: 'soap', label: t('formatSoap') },
            { value: 'text', label: t('formatText') },
          ]}
        />
        {draft.amends === null && (
          <NativeSelect
            size="xs"
            aria-label={t('encounter')}
            value={content.encounterClass}
            onChange={(event) => {
              const chosen = noteContent.shape.encounterClass.safeParse(event.currentTarget.value);
              if (chosen.success) change({ encounterClass: chosen.data });
            }}
            data={noteContent.shape.encounterClass.options.map((value) => ({ value, label: t(`class.${value}`) }))}
          />
        )}
        <Button variant="subtle" color="red" size="compact-sm" ms="auto" onClick={() => setDiscarding(true)}>
          {t('discard')}
        </Button>
      </footer>
      <ConfirmDialog
        opened={signing}
        title={t(draft.amends === null ? 'signTitle' : 'signAmendmentTitle')}
        confirmLabel={t('sign')}
        withPassword
        onConfirm={async (password) => {
          await onSign(draft, password);
          announce(t('signedDone'));
        }}
        onClose={() => setSigning(false)}
      >
        {t('signText')}
      </ConfirmDialog>
      <ConfirmDialog
        opened={discarding}
        title={t('discardTitle')}
        confirmLabel={t('discard')}
        danger
        onConfirm={() => onDiscard(draft)}
        onClose={() => setDiscarding(false)}
      >
        {t('discardText')}
      </ConfirmDialog>
    </section>
  );
}

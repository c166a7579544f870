import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResourceId } from '../../src-shared/contract/primitives.ts';
import { useCan } from '../app/session.tsx';
import type { Chart } from '../chart/model/chart.ts';
import { ariaKeys, EmptyState, Kbd } from '../ui/index.ts';
import { NoteCard } from './NoteCard.tsx';
import { NoteEditor } from './NoteEditor.tsx';
import classes from './notes.module.css';
import { signedNotes } from './read-note.ts';
import type { Drafts } from './use-drafts.ts';

const step = 25;

type Props = { readonly chart: Chart; readonly drafts: Drafts; readonly onSource: (id: ResourceId) => void };

/** The drafts on top, then what is signed, the newest first. */
export function NotesTab({ chart, drafts, onSource }: Props) {
  const { t } = useTranslation('notes');
  const can = useCan();
  const [shown, setShown] = useState(step);
  const notes = useMemo(() => signedNotes(chart), [chart]);
  const ids = useMemo(() => new Set(notes.map((note) => String(note.item.row.id))), [notes]);
  const [firstDraft] = drafts.open;
  const editor = (draft: Drafts['open'][number]) => (
    <NoteEditor
      key={draft.key}
      draft={draft}
      first={draft === firstDraft}
      maySign={can('note:sign')}
      onSign={drafts.sign}
      onDiscard={drafts.discard}
    />
  );
  const onTop = drafts.open.filter((draft) => draft.amends === null || !ids.has(String(draft.amends)));
  return (
    <div className={classes.notes}>
      {onTop.map(editor)}
      {notes.slice(0, shown).map((note) => {
        const amending = drafts.open.filter(
          (draft) =>
            draft.amends !== null &&
            (draft.amends === note.item.row.id || note.amendments.some((each) => each.item.row.id === draft.amends)),
        );
        return (
          <NoteCard
            key={note.item.row.id}
            note={note}
            mayAmend={can('note:amend')}
            onAmend={drafts.begin}
            onSource={onSource}
          >
            {amending.map(editor)}
          </NoteCard>
        );
      })}
      {notes.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + step)}>
          {t('older', { count: notes.length - shown })}
        </Button>
      )}
      {notes.length === 0 && drafts.open.length === 0 && (
        <div className={classes.note}>
          <EmptyState
            title={t('none')}
            {...(can('note:write')
              ? {
                  text: t('noneText'),
                  action: (
                    <Button
                      onClick={() => drafts.begin(null)}
                      aria-keyshortcuts={ariaKeys('newNote')}
                      rightSection={<Kbd of="newNote" />}
                    >
                      {t('first')}
                    </Button>
                  ),
                }
              : {})}
          />
        </div>
      )}
    </div>
  );
}

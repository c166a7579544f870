import { Button } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResourceId } from '../../src-shared/contract/primitives.ts';
import { member, textAt } from '../../src-shared/fhir/json.ts';
import { Narrative } from '../chart/Narrative.tsx';
import { Chip, useFormat } from '../ui/index.ts';
import classes from './notes.module.css';
import type { Note, NoteWithAmendments } from './read-note.ts';

type Props = {
  readonly note: NoteWithAmendments;
  readonly mayAmend: boolean;
  readonly onAmend: (id: ResourceId) => void;
  readonly onSource: (id: ResourceId) => void;
  /** A draft that amends this note. */
  readonly children?: ReactNode;
};

const classNames = ['AMB', 'HH', 'VR', 'EMER'] as const;

/** A signed note: read only for ever; what amends it stands below it. */
export const NoteCard = memo(function NoteCard({ note, mayAmend, onAmend, onSource, children }: Props) {
  const { t } = useTranslation('notes');
  const format = useFormat();
  const known = classNames.find((code) => code === note.encounterClass);
  const when = note.item.facts.dateText ?? new Date(note.item.row.source.at).toISOString();
  return (
    <article className={classes.note} aria-label={`${format.date(when)}, ${note.title}`}>
      <header className={classes.noteHead}>
        <strong>
          {format.date(when)}, <bdi>{note.title}</bdi>
        </strong>
        <Chip tone="good" sign="✓">
          {t('signed')}
        </Chip>
        <span className={classes.status}>
          <bdi>{note.author}</bdi>
          {known !== undefined && ` · ${t(`class.${known}`)}`}
        </span>
        <span className={classes.editorActions}>
          {note.amendments.length > 0 && (
            <span className={classes.status}>{t('amendments', { count: note.amendments.length })}</span>
          )}
          <Button variant="subtle" size="compact-sm" onClick={() => onSource(note.item.row.id)}>
            {t('source')}
          </Button>
          {mayAmend && (
            <Button variant="default" size="compact-sm" onClick={() => onAmend(note.item.row.id)}>
              {t('amend')}
            </Button>
          )}
        </span>
      </header>
      <Sections note={note} />
      {note.amendments.map((amendment) => (
        <Amendment key={amendment.item.row.id} note={amendment} />
      ))}
      {children}
    </article>
  );
});

function Sections({ note }: { readonly note: Note }) {
  const { t } = useTranslation('notes');
  const narrative = textAt(member(note.item.json, 'text'), 'div');
  if (note.sections.length === 0)
    return <div className={classes.body}>{narrative !== undefined && <Narrative xhtml={narrative} />}</div>;
  return (
    <dl className={classes.sections}>
      {note.sections.map((section) => (
        <div key={section.part}>
          <dt>{t(`part.${section.part}`)}</dt>
          <dd dir="auto">{section.text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Amendment({ note }: { readonly note: Note }) {
  const { t } = useTranslation('notes');
  const format = useFormat();
  const when = note.item.facts.dateText ?? new Date(note.item.row.source.at).toISOString();
  return (
    <div className={classes.amendment}>
      <strong>{t('amended', { when: format.date(when), who: note.author })}</strong>{' '}
      {note.sections.map((section) => (
        <span key={section.part} dir="auto" className={classes.amendmentText}>
          {section.part === 'text' ? '' : `${t(`part.${section.part}`)}: `}
          {section.text}
        </span>
      ))}
    </div>
  );
}

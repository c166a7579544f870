import { Modal } from '@mantine/core';
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { PatientLine } from '../../src-shared/contract/patients.ts';
import type { PatientId } from '../../src-shared/contract/primitives.ts';
import { useGo } from '../app/navigation.ts';
import { useCan } from '../app/session.tsx';
import { call, useProcedure } from '../client.ts';
import { NewPatientDialog } from '../patient/index.ts';
import { useFirstSync } from '../sync/index.ts';
import { Kbd, useErrorText, useFormat, useShortcut } from '../ui/index.ts';
import classes from './find.module.css';
import { usePlaceholder } from './placeholder.ts';
import { ResultLine } from './ResultLine.tsx';
import { type TypedPerson, typedPerson } from './typed-person.ts';
import { usePatientSearch } from './use-search.ts';

export type FindOverlayProps = { readonly opened: boolean; readonly onClose: () => void };

/** The one search box, floating over anything; Ctrl+N makes a new patient from what was typed. */
export function FindOverlay({ opened, onClose }: FindOverlayProps) {
  const { t } = useTranslation('find');
  const go = useGo();
  const mayAdd = useCan()('patient:write');
  const [adding, setAdding] = useState<TypedPerson | null>(null);
  const typed = useRef('');
  const add = useCallback(() => {
    onClose();
    setAdding(typedPerson(opened ? typed.current : ''));
  }, [opened, onClose]);
  useShortcut('newPatient', add, mayAdd && adding === null);
  return (
    <>
      <Modal.Root
        opened={opened}
        onClose={onClose}
        size={720}
        yOffset={86}
        padding={0}
        centered={false}
        transitionProps={{ duration: 0 }}
      >
        <Modal.Overlay backgroundOpacity={0.35} transitionProps={{ duration: 0 }} />
        <Modal.Content aria-label={t('title')} radius={10} className={classes.floating}>
          {opened && (
            <Finder
              typedText={typed}
              onClose={onClose}
              onOpenPatient={(id) => go.chart(id)}
              {...(mayAdd ? { onNewPatient: add } : {})}
            />
          )}
        </Modal.Content>
      </Modal.Root>
      {adding !== null && (
        <NewPatientDialog
          person={adding}
          onClose={() => setAdding(null)}
          onOpenPatient={(id) => {
            setAdding(null);
            go.chart(id);
          }}
        />
      )}
    </>
  );
}

type FinderProps = {
  /** What is in the box, for Ctrl+N, which is heard outside of it too. */
  readonly typedText: RefObject<string>;
  readonly onClose: () => void;
  readonly onOpenPatient: (patientId: PatientId) => void;
  readonly onNewPatient?: () => void;
};

function Finder({ typedText, onClose, onOpenPatient, onNewPatient }: FinderProps) {
  const placeholder = usePlaceholder();
  const { t } = useTranslation('find');
  const format = useFormat();
  const errorText = useErrorText();
  const arriving = useFirstSync();
  const listId = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLInputElement>(null);
  // at once, not after the dialog's own focus trap: who types right after Ctrl+K loses no letter
  useLayoutEffect(() => box.current?.focus(), []);
  const ledTo = useRef<PatientId | null>(null);
  const searched = useRef(false);
  /** What stood in the box when Enter was pressed before its answer was there. */
  const entered = useRef<string | null>(null);
  const typed = text.trim();
  const { answer, answered, error } = usePatientSearch(text);
  const recent = useProcedure('patients.recent', {});

  const patients: readonly PatientLine[] = typed === '' ? (recent.data?.patients ?? []) : (answer?.hits ?? []);
  // What is on screen answers to what is in the box: only then may Enter open it.
  const settled = typed === '' ? recent.isSuccess : answered === typed;
  const current = Math.min(at, Math.max(0, patients.length - 1));

  useLayoutEffect(() => {
    typedText.current = typed;
    if (typed !== '') searched.current = true;
  }, [typed, typedText]);
  useEffect(
    () => () => {
      // A search session is one audit entry at its first result and one at its end. The window may be gone by then.
      if (searched.current) call('patients.endSearch', { opened: ledTo.current }).catch(() => undefined);
    },
    [],
  );
  useEffect(() => {
    list.current?.querySelector(`[data-at="${current}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const open = (patient: PatientLine) => {
    ledTo.current = patient.id;
    onClose();
    onOpenPatient(patient.id);
  };
  const onKey = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + 8,
      PageUp: current - 8,
    };
    const next = steps[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(patients.length - 1, next)));
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const patient = patients[current];
      if (settled && patient !== undefined) open(patient);
      else if (!settled) entered.current = typed;
    }
  };
  // A scanner sends its Enter with the number: the answer that comes then opens where it is one patient, not a choice.
  useEffect(() => {
    if (!settled || entered.current === null) return;
    const [only] = patients;
    if (entered.current === typed && typed !== '' && patients.length === 1 && only !== undefined) open(only);
    entered.current = null;
  });

  const count =
    typed === ''
      ? recent.data !== undefined && t('inAll', { count: recent.data.total, total: format.number(recent.data.total) })
      : answer !== null &&
        t(answer.matches >= 1000 ? 'countMany' : 'count', {
          matches: format.number(answer.matches),
          total: format.number(answer.total),
          ms: format.number(Math.max(1, Math.round(answer.took))),
        });

  return (
    <div className={classes.finder}>
      <div className={classes.ask}>
        <input
          ref={box}
          className={classes.input}
          type="text"
          role="combobox"
          aria-label={t('label')}
          aria-expanded={patients.length > 0}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={patients.length > 0 ? `${listId}-${current}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholder}
          maxLength={200}
          value={text}
          data-autofocus
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKey}
        />
        <span className={classes.count} role="status">
          {count}
        </span>
      </div>
      {typed === '' && patients.length > 0 && <p className={classes.section}>{t('recent')}</p>}
      <div
        className={classes.results}
        id={listId}
        ref={list}
        role="listbox"
        aria-label={typed === '' ? t('recent') : t('results')}
        aria-busy={!settled}
      >
        {patients.map((patient, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox that owns this list
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox
          <div
            key={patient.id}
            id={`${listId}-${index}`}
            className={classes.result}
            role="option"
            aria-selected={index === current}
            data-at={index}
            onClick={() => open(patient)}
            onMouseMove={() => setAt(index)}
          >
            <ResultLine patient={patient} typed={typed} />
          </div>
        ))}
      </div>
      {error !== null && (
        <p className={classes.nothing} role="alert">
          {errorText(error)}
        </p>
      )}
      {error === null && settled && patients.length === 0 && (
        <p className={classes.nothing}>
          {arriving ? t('arriving') : typed === '' ? t('noneYet') : t('none', { text: typed })}
        </p>
      )}
      <div className={classes.foot}>
        <span>
          <Kbd keys={['↑', '↓']} /> {t('choose')}
        </span>
        <span>
          <Kbd keys={['⏎']} /> {t('openChart')}
        </span>
        {onNewPatient !== undefined && (
          <button type="button" className={classes.add} onClick={onNewPatient}>
            <Kbd of="newPatient" /> {typed === '' ? t('newPatient') : t('newPatientTyped', { text: typed })}
          </button>
        )}
        <button type="button" className={classes.escape} onClick={onClose}>
          <Kbd keys={['Esc']} />
          <span className="ck-hidden">{t('close')}</span>
        </button>
      </div>
    </div>
  );
}

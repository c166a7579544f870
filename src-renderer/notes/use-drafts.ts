import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Draft, NoteContent } from '../../src-shared/contract/chart.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import type { ResourceId } from '../../src-shared/contract/primitives.ts';
import { useBeforeLock } from '../app/before-lock.ts';
import { call, errorValueOf, keyOf, useRefresh } from '../client.ts';
import { browserClock, DraftSaver } from './draft-saver.ts';

/** The chart was restricted meanwhile, or an emergency access is over: every try would be a refusal in the log. */
const closedToMe = (error: unknown): boolean => errorValueOf(error).code === 'restricted';

/** A draft on screen. It keeps its place and its text, whatever the chart brings when it is read again. */
export type OpenDraft = {
  readonly key: string;
  /** Null until its first save. */
  readonly id: () => string | null;
  readonly amends: ResourceId | null;
  readonly encounterId: string | null;
  readonly saver: DraftSaver<NoteContent>;
  /** Just begun here: its first field takes the focus. */
  readonly fresh: boolean;
};

export const emptyNote: NoteContent = {
  format: 'soap',
  title: '',
  encounterClass: 'AMB',
  subjective: '',
  objective: '',
  assessment: '',
  plan: '',
  text: '',
};

export type Drafts = {
  readonly open: readonly OpenDraft[];
  readonly begin: (amends: ResourceId | null) => void;
  readonly discard: (draft: OpenDraft) => Promise<void>;
  readonly sign: (draft: OpenDraft, password: string) => Promise<void>;
};

/**
 * This user's drafts for one patient, held above the tabs so that no change of tab touches them. Saved on leaving the
 * window, before a lock and when the chart closes.
 */
export function useDrafts(patientId: string, stored: readonly Draft[] | undefined): Drafts {
  const client = useQueryClient();
  const refresh = useRefresh();
  const [open, setOpen] = useState<readonly OpenDraft[]>([]);
  const latest = useRef(open);
  latest.current = open;
  const gone = useRef(new Set<string>());

  // what is cached of the chart must never bring back an older text
  const remember = useCallback(
    (draft: Draft | { readonly gone: string }) => {
      client.setQueryData<Output<'chart.open'>>(keyOf('chart.open', { patientId }), (chart) => {
        if (chart === undefined) return undefined;
        const id = 'gone' in draft ? draft.gone : draft.id;
        const others = chart.drafts.filter((each) => each.id !== id);
        return { ...chart, drafts: 'gone' in draft ? others : [draft, ...others] };
      });
    },
    [client, patientId],
  );

  const make = useCallback(
    (
      from: Pick<Draft, 'amends' | 'encounterId' | 'content'> & { id: Draft['id'] | null; savedAt: number | null },
    ): OpenDraft => {
      let id = from.id;
      const save = async (content: NoteContent) => {
        const input = { patientId, encounterId: from.encounterId, amends: from.amends, content };
        const saved = await call('notes.saveDraft', { draftId: id, ...input });
        id = saved.draftId;
        if (!gone.current.has(id)) {
          const chart = client.getQueryData<Output<'chart.open'>>(keyOf('chart.open', { patientId }));
          if (chart !== undefined) {
            remember({
              id: saved.draftId,
              patientId: chart.patientId,
              encounterId: from.encounterId,
              amends: from.amends,
              content,
              savedAt: saved.savedAt,
            });
          }
        }
        return saved;
      };
      const saver = new DraftSaver<NoteContent>(from.content, from.savedAt, save, browserClock, closedToMe);
      return {
        key: id ?? crypto.randomUUID(),
        id: () => id,
        amends: from.amends,
        encounterId: from.encounterId,
        saver,
        fresh: from.savedAt === null,
      };
    },
    [client, patientId, remember],
  );

  useEffect(() => {
    if (stored === undefined) return;
    setOpen((now) => {
      const known = new Set(now.map((draft) => draft.id()));
      const more = stored
        .filter((draft) => !known.has(draft.id) && !gone.current.has(draft.id))
        .map((draft) => make(draft));
      return more.length === 0 ? now : [...now, ...more];
    });
  }, [stored, make]);

  const flush = useCallback(() => Promise.all(latest.current.map(({ saver }) => saver.flush())), []);
  useBeforeLock(flush);
  useEffect(() => {
    const onLeave = () => void flush();
    window.addEventListener('blur', onLeave);
    document.addEventListener('visibilitychange', onLeave);
    return () => {
      window.removeEventListener('blur', onLeave);
      document.removeEventListener('visibilitychange', onLeave);
      void flush();
    };
  }, [flush]);

  const close = useCallback((draft: OpenDraft) => setOpen((now) => now.filter((each) => each.key !== draft.key)), []);

  const begin = useCallback(
    (amends: ResourceId | null) => {
      const content: NoteContent = amends === null ? emptyNote : { ...emptyNote, format: 'text' };
      const draft = make({ id: null, encounterId: null, amends, content, savedAt: null });
      setOpen((now) => [draft, ...now]);
    },
    [make],
  );

  const discard = useCallback(
    async (draft: OpenDraft) => {
      await draft.saver.flush();
      const id = draft.id();
      if (id !== null) {
        await call('notes.discardDraft', { draftId: id });
        gone.current.add(id);
        remember({ gone: id });
      }
      draft.saver.end();
      close(draft);
      await refresh(['notes']);
    },
    [close, refresh, remember],
  );

  const sign = useCallback(
    async (draft: OpenDraft, password: string) => {
      await draft.saver.flush();
      const state = draft.saver.state();
      if (state.kind === 'failed') throw state.error;
      const id = draft.id();
      if (id === null) return;
      await call('notes.sign', { draftId: id, password });
      gone.current.add(id);
      draft.saver.end();
      remember({ gone: id });
      close(draft);
      await refresh(['chart', 'notes', 'patients']);
    },
    [close, refresh, remember],
  );

  return { open, begin, discard, sign };
}

/** What one user keeps: drafts, state of the screen, snippets, recent patients, the private-note key. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Store } from './open.ts';
import { newId, type Tx } from './transaction.ts';

export type DraftRow = {
  readonly id: string;
  readonly patientId: string | null;
  readonly kind: string;
  readonly json: string;
  /** What it builds on (the amended note), null for a new one. */
  readonly base: string | null;
  readonly updatedAt: number;
};

const draftColumns = 'id, patient_id patientId, kind, json, base, updated_at updatedAt';

/** Keeps a draft. @returns its id @throws CallError not-author for a draft that is someone else's */
export function saveDraft(
  tx: Tx,
  author: string,
  draft: Omit<DraftRow, 'id' | 'updatedAt'> & { readonly id: string | null },
): string {
  const { sql } = tx.store;
  const id = draft.id ?? newId(tx.now);
  const owner = sql<[string], { author: string }>('select author_user author from draft where id = ?').get(id)?.author;
  if (owner !== undefined && owner !== author) throw new CallError('not-author');
  sql<unknown[]>('insert or replace into draft values (?, ?, ?, ?, ?, ?, ?)').run(
    id,
    author,
    draft.patientId,
    draft.kind,
    draft.json,
    draft.base,
    tx.now,
  );
  return id;
}

/** The author's own drafts, the latest first; of one patient or of all. */
export function readDrafts(store: Store, author: string, patientId?: string): DraftRow[] {
  const all = store
    .sql<[string], DraftRow>(`select ${draftColumns} from draft where author_user = ? order by updated_at desc`)
    .all(author);
  return patientId === undefined ? all : all.filter((draft) => draft.patientId === patientId);
}

/** One's own draft; null when it is not there or someone else's. */
export function readDraft(store: Store, author: string, id: string): DraftRow | null {
  const found = store
    .sql<[string, string], DraftRow>(`select ${draftColumns} from draft where id = ? and author_user = ?`)
    .get(id, author);
  return found ?? null;
}

/** Throws one's own draft away. @throws CallError not-found */
export function deleteDraft(tx: Tx, author: string, id: string): void {
  const gone = tx.store.sql<[string, string]>('delete from draft where id = ? and author_user = ?').run(id, author);
  if (gone.changes === 0) throw new CallError('not-found');
}

/** A user's state (open patient, preferences) as JSON text; null before the first. */
export function readUserState(store: Store, userId: string): string | null {
  return (
    store.sql<[string], { json: string }>('select json from user_state where user_id = ?').get(userId)?.json ?? null
  );
}

export function writeUserState(tx: Tx, userId: string, json: string): void {
  tx.store.sql<[string, string]>('insert or replace into user_state values (?, ?)').run(userId, json);
}

/** `owner` null: the clinic's. */
export type SnippetRow = {
  readonly id: string;
  readonly owner: string | null;
  readonly name: string;
  readonly text: string;
};

export function readSnippets(store: Store, userId: string): SnippetRow[] {
  return store
    .sql<[string], SnippetRow>(
      'select id, owner, name, text from snippet where owner = ? or owner is null order by name',
    )
    .all(userId);
}

/** @throws CallError not-author for a snippet that is not the user's own */
export function saveSnippet(
  tx: Tx,
  userId: string,
  snippet: { readonly id: string | null; readonly name: string; readonly text: string },
): string {
  const id = snippet.id ?? newId(tx.now);
  const { sql } = tx.store;
  const known = sql<[string], { owner: string | null }>('select owner from snippet where id = ?').get(id);
  // Ids are ours to make: one of the caller's could hold anything, and goes into the log.
  if (snippet.id !== null && known === undefined) throw new CallError('not-found');
  if (known !== undefined && known.owner !== userId) throw new CallError('not-author');
  sql<unknown[]>('insert or replace into snippet values (?, ?, ?, ?)').run(id, userId, snippet.name, snippet.text);
  return id;
}

/** @throws CallError not-found */
export function deleteSnippet(tx: Tx, userId: string, id: string): void {
  const gone = tx.store.sql<[string, string]>('delete from snippet where id = ? and owner = ?').run(id, userId);
  if (gone.changes === 0) throw new CallError('not-found');
}

const recentKept = 50;

/** Puts a patient at the top of the user's recent list. */
export function noteRecent(tx: Tx, userId: string, patientId: string): void {
  const { sql } = tx.store;
  sql<[string, string, number]>('insert or replace into recent_patient values (?, ?, ?)').run(
    userId,
    patientId,
    tx.now,
  );
  sql<[string, string, number]>(
    `delete from recent_patient where user_id = ? and patient_id not in
     (select patient_id from recent_patient where user_id = ? order by opened_at desc limit ?)`,
  ).run(userId, userId, recentKept);
}

/** The key of an author's private notes, sealed to the author and to recovery. */
export type PrivateNoteKey = { readonly seal: Buffer; readonly recoverySeal: Buffer };

export function writePrivateNoteKey(tx: Tx, userId: string, key: PrivateNoteKey): void {
  tx.store
    .sql<[string, Buffer, Buffer]>('insert or replace into private_note_key values (?, ?, ?)')
    .run(userId, key.seal, key.recoverySeal);
}

export function readPrivateNoteKey(store: Store, userId: string): PrivateNoteKey | null {
  const found = store
    .sql<[string], PrivateNoteKey>('select seal, recovery_seal recoverySeal from private_note_key where user_id = ?')
    .get(userId);
  return found ?? null;
}

/** Notes of a chart: writing, signing, amending, reading. */
export { NotesTab } from './NotesTab.tsx';
export { signedNotes } from './read-note.ts';
export { type Drafts, useDrafts } from './use-drafts.ts';

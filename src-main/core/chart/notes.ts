/** Drafts and signing. */
import type { Handlers } from '../call.ts';
import { draftHandlers } from './drafts.ts';
import { signNote } from './sign-note.ts';

export const noteHandlers: Handlers<'notes'> = { ...draftHandlers, sign: signNote };

/** Text snippets: each user's own; one without an owner is the clinic's. */
import type { Handlers } from '../call.ts';
import { deleteSnippet, readSnippets, saveSnippet } from '../store/personal.ts';

export const snippetHandlers: Handlers<'snippets'> = {
  list: ({ tx, session }) => ({
    snippets: readSnippets(tx.store, session.userId).map(({ id, name, text, owner }) => ({
      id,
      name,
      text,
      shared: owner === null,
    })),
  }),
  save: ({ tx, session, entry }, input) => {
    const id = saveSnippet(tx, session.userId, input);
    entry.entity.push(id);
    return { id };
  },
  remove: ({ tx, session, entry }, input) => {
    deleteSnippet(tx, session.userId, input.id);
    entry.entity.push(input.id);
    return { ok: true };
  },
};

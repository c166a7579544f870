/** Weeks: their sheets, how far they are looked at, and who signed them off. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { ReviewWeekLine } from '../../../src-shared/contract/reviews.ts';
import { head } from '../audit/log.ts';
import type { SignerBook } from '../audit/signatures.ts';
import type { CallContext, Handlers } from '../call.ts';
import { passwordBytes } from '../crypto/password.ts';
import { wipe } from '../crypto/wipe.ts';
import {
  countUnsheeted,
  itemsOf,
  readSheet,
  readSheets,
  readSignedWeek,
  type Sheet,
  writeSignedWeek,
} from '../store/review-week.ts';
import { weekOf } from './iso-week.ts';
import { peopleOf, toLine } from './lines.ts';
import { checkSignedWeek, countsOf, statementHash, statementOf, weekSignatureBytes } from './sign-off.ts';

/** After this a week that nobody signed is overdue. */
const signWithin = 14 * 86_400_000;

function weekLine({ core, tx, now }: CallContext, sheet: Sheet, book: SignerBook, nameOf: Name): ReviewWeekLine {
  const { store } = tx;
  const items = itemsOf(store, sheet.week);
  const closed = items.filter(({ closedAt }) => closedAt !== null).length;
  const { accesses, samples, findings } = countsOf(sheet, items);
  const { week, from, to, drawnAt } = sheet;
  const line = { week, from, to, drawnAt, accesses, samples, findings, closed };
  const signed = readSignedWeek(store, week);
  if (signed === null) {
    const state = now > to + signWithin ? 'overdue' : closed === items.length ? 'ready' : 'open';
    return { ...line, state, signed: null };
  }
  const { clinicId, deviceId } = core.vault.ids();
  const { statement, holds } = checkSignedWeek(store, signed, { sheet, items }, { clinicId, deviceId, book });
  const by = statement === null ? '' : nameOf(statement.user);
  return { ...line, state: 'signed', signed: { by, at: statement?.at ?? null, holds } };
}

type Name = (id: string) => string;

export const weekHandlers: Pick<Handlers<'reviews'>, 'weeks' | 'week' | 'signWeek'> = {
  weeks: (context, { before, limit }) => {
    const { core, tx, entry, now } = context;
    const sheets = readSheets(tx.store, before, limit);
    const book = core.vault.rosterHistory();
    const nameOf = peopleOf(context);
    const { week, from, to } = weekOf(now);
    entry.detail['count'] = sheets.length;
    return {
      current: { week, from, to, ...countUnsheeted(tx.store, from) },
      weeks: sheets.map((sheet) => weekLine(context, sheet, book, nameOf)),
      next: sheets.length < limit ? null : (sheets.at(-1)?.week ?? null),
    };
  },
  week: (context, { week }) => {
    const { core, tx, entry, session } = context;
    entry.detail['week'] = week;
    const sheet = readSheet(tx.store, week);
    if (sheet === null) throw new CallError('not-found');
    const nameOf = peopleOf(context);
    const line = weekLine(context, sheet, core.vault.rosterHistory(), nameOf);
    return {
      ...line,
      items: itemsOf(tx.store, week)
        .sort((one, other) => one.at - other.at)
        .map((row) => toLine(context, row, nameOf)),
      maySign: session.permissions.has('review:close') && line.signed === null,
    };
  },
  signWeek: async ({ core, session, record }, { week, password: typed }) => {
    const password = passwordBytes(typed);
    try {
      const signer = await core.vault.verifyPassword(session.userId, password);
      try {
        return record((context) => {
          const { tx, entry } = context;
          const { store } = tx;
          entry.detail['week'] = week;
          const sheet = readSheet(store, week);
          if (sheet === null) throw new CallError('not-found');
          if (readSignedWeek(store, week) !== null) throw new CallError('week-signed');
          const items = itemsOf(store, week);
          if (items.some(({ closedAt }) => closedAt === null)) throw new CallError('week-open');
          const { clinicId, deviceId } = core.vault.ids();
          const { size, root } = head(store);
          const body = statementOf(sheet, items, {
            clinicId,
            deviceId,
            size,
            root: Buffer.from(root, 'hex').toString('base64'),
            user: session.userId,
            roster: core.vault.roster().length,
            at: tx.now,
          });
          writeSignedWeek(tx, { week, body, signature: signer.sign(weekSignatureBytes(body)) });
          entry.detail['statement'] = statementHash(body);
          return { ok: true };
        });
      } finally {
        signer.close();
      }
    } finally {
      wipe(password);
    }
  },
};

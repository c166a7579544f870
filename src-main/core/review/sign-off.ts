/**
 * The sign-off of a week: a statement of what was on its sheet and how it was closed, signed by the reviewer's own key
 * (layout: docs/protocols/reviews.md). Whoever alters sheet, verdicts or statement afterwards is named by it.
 */
import { z } from 'zod';
import { reviewVerdicts, type WeekHolds } from '../../../src-shared/contract/reviews.ts';
import { readEntry, rootAt } from '../audit/log.ts';
import type { SignerBook } from '../audit/signatures.ts';
import { canonicalBytes, canonicalJson } from '../crypto/canonical.ts';
import { verify } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Store } from '../store/open.ts';
import type { ReviewRow } from '../store/review.ts';
import type { Sheet, SignedWeek } from '../store/review-week.ts';

const count = z.number().int().nonnegative();
const hash = z.base64().length(44);

export const weekStatement = z.strictObject({
  version: z.literal(1),
  clinicId: z.string(),
  deviceId: z.string(),
  week: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  /** The log as it was before the entry of this sign-off. */
  size: count,
  root: hash,
  counts: z.strictObject({
    accesses: count,
    samples: count,
    findings: count,
    verdicts: z.strictObject({ justified: count, 'not-justified': count, 'follow-up': count }),
  }),
  /** SHA-256 of the RFC 8785 array of what each item was and how it was closed. */
  items: hash,
  user: z.string(),
  /** Entries of the roster there were: the signer's key is the one listed then. */
  roster: count,
  at: z.number().int(),
});
export type WeekStatement = z.infer<typeof weekStatement>;

const domain = Buffer.from('carekeep/v1/review/week\0', 'utf8');

/** What the signature covers. */
export function weekSignatureBytes(body: string): Buffer {
  return Buffer.concat([domain, Buffer.from(body, 'utf8')]);
}

/** As the log's entry names the statement. */
export const statementHash = (body: string): string => sha256(body).toString('base64');

function itemsDigest(items: readonly ReviewRow[]): string {
  const closed = items.map(({ id, kind, userId, at, entries, verdict, closedBy, closedAt }) => ({
    at,
    closedAt,
    closedBy,
    entries: z.array(z.number()).parse(JSON.parse(entries)),
    id,
    kind,
    userId,
    verdict,
  }));
  return sha256(canonicalBytes(closed)).toString('base64');
}

export function countsOf(sheet: Sheet, items: readonly ReviewRow[]): WeekStatement['counts'] {
  const samples = items.filter(({ kind }) => kind === 'random-sample').length;
  const closed = (verdict: string) => items.filter((item) => item.verdict === verdict).length;
  const [justified, notJustified, followUp] = reviewVerdicts;
  return {
    accesses: sheet.accesses,
    samples,
    findings: items.length - samples,
    verdicts: {
      justified: closed(justified),
      'not-justified': closed(notJustified),
      'follow-up': closed(followUp),
    },
  };
}

/** The statement's RFC 8785 text. */
export function statementOf(
  sheet: Sheet,
  items: readonly ReviewRow[],
  of: Pick<WeekStatement, 'clinicId' | 'deviceId' | 'size' | 'root' | 'user' | 'roster' | 'at'>,
): string {
  const { week, from, to } = sheet;
  const statement: WeekStatement = {
    version: 1,
    week,
    from,
    to,
    counts: countsOf(sheet, items),
    items: itemsDigest(items),
    ...of,
  };
  return canonicalJson(statement);
}

export type Checked = { readonly statement: WeekStatement | null; readonly holds: WeekHolds };

/** Reads a sign-off with the roster as it was, and holds it against the log and against what is on the sheet now. */
export function checkSignedWeek(
  store: Store,
  signed: SignedWeek,
  { sheet, items }: { readonly sheet: Sheet; readonly items: readonly ReviewRow[] },
  place: { readonly clinicId: string; readonly deviceId: string; readonly book: SignerBook },
): Checked {
  const statement = parse(signed.body);
  if (statement === null) return { statement, holds: 'signature-broken' };
  const { user, roster, week, clinicId, deviceId } = statement;
  const key = place.book.signingKey(user, roster);
  const ours = week === signed.week && clinicId === place.clinicId && deviceId === place.deviceId;
  if (!ours || key === undefined || !verify(key, weekSignatureBytes(signed.body), signed.signature)) {
    return { statement, holds: 'signature-broken' };
  }
  if (!standsInLog(store, signed.body, statement)) return { statement, holds: 'log-differs' };
  const { size, root, at } = statement;
  const now = statementOf(sheet, items, { clinicId, deviceId, size, root, user, roster, at });
  return { statement, holds: now === signed.body ? 'holds' : 'items-differ' };
}

function parse(body: string): WeekStatement | null {
  try {
    const parsed = weekStatement.parse(JSON.parse(body));
    return canonicalJson(parsed) === body ? parsed : null;
  } catch {
    // Not a statement: that is the answer.
    return null;
  }
}

/** The log was what the statement says, and its next entry names the statement, unless that was pruned. */
function standsInLog(store: Store, body: string, { size, root }: WeekStatement): boolean {
  if (rootAt(store, size)?.toString('base64') !== root) return false;
  const entry = readEntry(store, size);
  if (entry === undefined) return true;
  return entry.type === 'review.week-signed' && entry.detail['statement'] === statementHash(body);
}

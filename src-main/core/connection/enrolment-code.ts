/** What a one-time code opens (docs/protocols/sync.md, "Enrolment"): a mailbox's name and the key to what lies in it. */
import { open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { invitationBytes, looksLikeCode } from '../crypto/invitation.ts';
import { hkdf } from '../crypto/kdf.ts';
import { wipe } from '../crypto/wipe.ts';
import { type EnrolmentOffer, enrolmentOffer } from '../vault/join.ts';

export type MailboxPart = 'offer' | 'request' | 'welcome';
export type Mailbox = { readonly id: string; readonly key: Buffer };

const none = Buffer.alloc(0);

/** Undefined for what is no code. The key is the caller's to wipe. */
export function mailboxOf(code: string): Mailbox | undefined {
  const typed = Buffer.from(code, 'utf8');
  if (!looksLikeCode(typed)) return undefined;
  const words = invitationBytes(typed);
  const key = hkdf(words, none, 'carekeep/v1/sync/enrolment', 32);
  const id = hkdf(words, none, 'carekeep/v1/sync/mailbox', 32).toString('hex', 0, 16);
  wipe(typed, words);
  return { id, key };
}

export function sealPart(key: Buffer, part: MailboxPart, bytes: Buffer): Buffer {
  return seal(key, bytes, Buffer.from(part, 'utf8'));
}

/** Undefined where somebody who does not know the code wrote it. */
export function openPart(key: Buffer, part: MailboxPart, sealed: Buffer): Buffer | undefined {
  try {
    return open(key, sealed, Buffer.from(part, 'utf8'));
  } catch {
    // Another key, another part, or a changed byte: all the same here.
    return undefined;
  }
}

export function sealOffer(key: Buffer, offer: EnrolmentOffer): Buffer {
  return sealPart(key, 'offer', canonicalBytes(offer));
}

export function openOffer(key: Buffer, sealed: Buffer): EnrolmentOffer | undefined {
  const plain = openPart(key, 'offer', sealed);
  if (plain === undefined) return undefined;
  try {
    return enrolmentOffer.parse(JSON.parse(plain.toString('utf8')));
  } catch {
    // Another version's: not one that this one can go on with.
    return undefined;
  }
}

/**
 * One checkpoint held against the one before: numbers, sizes, text hashes, one-time keys, and the workstation's own
 * signature where a chain of keys begins (docs/protocols/audit.md, "Checkpoints"). Roots are the tree's business.
 */
import { signedBy } from '../crypto/signed-note.ts';
import { type Checkpoint, parseCheckpoint, textHash, zeroHash } from './checkpoint-note.ts';

/** Whose log it has to be. */
export type LogOwner = {
  readonly origin: string;
  /** Ed25519 keys that the roster lists, or listed, for this workstation. */
  readonly deviceKeys: readonly Uint8Array[];
};

/** What the next checkpoint is held against. */
export type Link = {
  readonly number: number;
  readonly size: number;
  /** SHA-256 of its text. */
  readonly hash: Buffer;
  /** One-time key that it announced. */
  readonly next: Buffer;
};

export const linkOf = ({ number, size, next }: Checkpoint, text: string): Link => ({
  number,
  size,
  hash: textHash(text),
  next,
});

/**
 * The checkpoint, where it follows.
 * @param before null for a log's first
 * @param owner null where nobody says whose log it is: then it has to hold by itself
 * @returns undefined where it does not
 */
export function followed(
  before: Link | null,
  note: string,
  owner: LogOwner | null,
): { readonly checkpoint: Checkpoint; readonly link: Link } | undefined {
  const parsed = parseCheckpoint(note);
  if (parsed === undefined) return undefined;
  const { checkpoint, text, signatures } = parsed;
  if (owner !== null && checkpoint.origin !== owner.origin) return undefined;
  if (checkpoint.number !== (before === null ? 0 : before.number + 1)) return undefined;
  if (!checkpoint.previous.equals(before?.hash ?? zeroHash)) return undefined;
  const grown = checkpoint.size - (before?.size ?? 0);
  if (grown < 0 || (grown === 0 && checkpoint.anchor === null)) return undefined;
  // Its own line first, then the workstation's where a chain begins, and no more: a witness's lines are kept apart.
  const [own, ...others] = signatures;
  if (own === undefined || others.length !== (checkpoint.anchor === null ? 0 : 1)) return undefined;
  if (!signedBy(text, [own], checkpoint.origin, checkpoint.key)) return undefined;
  const link = linkOf(checkpoint, text);
  if (checkpoint.anchor === null) return before?.next.equals(checkpoint.key) ? { checkpoint, link } : undefined;
  if ((checkpoint.anchor === 'first') !== (before === null)) return undefined;
  const name = `${checkpoint.origin}/device`;
  const byDevice = owner?.deviceKeys.some((key) => signedBy(text, others, name, key)) ?? true;
  return byDevice ? { checkpoint, link } : undefined;
}

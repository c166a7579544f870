/**
 * A witness's side (C2SP tlog-witness): signs a checkpoint only when it goes on from the last one it signed. Without a
 * store, so that a backend can be one, too.
 */
import { cosignatureLine } from '../crypto/signed-note.ts';
import { followed, type Link } from './checkpoint-chain.ts';
import { parseCheckpoint } from './checkpoint-note.ts';
import { emptyRoot, verifyConsistency } from './merkle.ts';

export type WitnessRequest = {
  /** Size that the witness signed last, as far as the asker knows; 0 for none. */
  readonly oldSize: number;
  /** RFC 6962 §2.1.2, from there to the last note's size. */
  readonly proof: readonly Buffer[];
  /** Every checkpoint after the one it signed last, so that it can follow the chain of one-time keys. */
  readonly notes: readonly string[];
};
export type WitnessAnswer =
  /** A line under the last note. */
  | { readonly kind: 'cosigned'; readonly line: string }
  /** It signed another one last: ask again from there. -1: none yet. */
  | { readonly kind: 'other'; readonly number: number }
  /** What it signed is not the beginning of this: two logs under one name. */
  | { readonly kind: 'forked' }
  /** No checkpoints of a log it knows, or not signed as its chain of keys demands. */
  | { readonly kind: 'refused' };

/** What a witness remembers of one log. */
export type WitnessedLog = { readonly link: Link; readonly root: Buffer };

export type WitnessParts = {
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
  /** Keys that the roster lists, or listed, for the workstation of this log; none for a log that is nobody's. */
  readonly deviceKeys: (origin: string) => readonly Uint8Array[];
  /** Where it remembers; asking and remembering in one transaction of the witness's own. */
  readonly known: (origin: string) => WitnessedLog | undefined;
  readonly remember: (origin: string, log: WitnessedLog) => void;
  /** Seconds since the epoch. */
  readonly now: () => number;
};

/** More at once is no honest workstation's: it asks in rounds. */
export const notesAtOnce = 4096;

/** The witness's side: says yes only to what goes on from what it said yes to. */
export function answerAsWitness(parts: WitnessParts, { oldSize, proof, notes }: WitnessRequest): WitnessAnswer {
  const last = notes.at(-1);
  const parsed = last === undefined ? undefined : parseCheckpoint(last);
  if (parsed === undefined || notes.length > notesAtOnce) return { kind: 'refused' };
  const { origin, size, root } = parsed.checkpoint;
  const owner = { origin, deviceKeys: parts.deviceKeys(origin) };
  if (owner.deviceKeys.length === 0) return { kind: 'refused' };
  const known = parts.known(origin);
  const first = parseCheckpoint(notes[0] ?? '')?.checkpoint.number;
  if (first !== (known?.link.number ?? -1) + 1 || oldSize !== (known?.link.size ?? 0))
    return { kind: 'other', number: known?.link.number ?? -1 };
  let link: Link | null = known?.link ?? null;
  for (const note of notes) {
    const next = followed(link, note, owner);
    // A text that names another one before it is another log under this name.
    if (next === undefined) return { kind: namesAnother(link, note) ? 'forked' : 'refused' };
    link = next.link;
  }
  if (link === null) return { kind: 'refused' };
  if (!verifyConsistency(oldSize, size, proof, known?.root ?? emptyRoot, root)) return { kind: 'forked' };
  parts.remember(origin, { link, root });
  const line = cosignatureLine(parsed.text, parts.name, parts.publicKey, parts.privateKey, parts.now());
  return { kind: 'cosigned', line };
}

function namesAnother(before: Link | null, note: string): boolean {
  const checkpoint = parseCheckpoint(note)?.checkpoint;
  return before !== null && checkpoint !== undefined && !checkpoint.previous.equals(before.hash);
}

/**
 * Witnesses (C2SP tlog-witness): others who sign a checkpoint only when it goes on from the last one they signed, so that
 * nobody can show two logs, or a shorter one, without one of them noticing. The workstation's side and the witness's.
 */
import { cosignatureLine, cosignedAt, parseCosignature } from '../crypto/signed-note.ts';
import type { Store } from '../store/open.ts';
import { rootFromTiles } from '../store/tiles.ts';
import { followed, type Link } from './checkpoint-chain.ts';
import { parseCheckpoint } from './checkpoint-note.ts';
import { checkpointsFrom, cosignaturesBy, lastCheckpoint, writeCosignature } from './checkpoint-store.ts';
import { consistencyProof, emptyRoot, verifyConsistency } from './merkle.ts';

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

export interface Witness {
  readonly name: string;
  /** Where it is known, its lines are held against it. */
  readonly publicKey?: Uint8Array;
  /** @throws when it cannot be reached */
  cosign(request: WitnessRequest): Promise<WitnessAnswer>;
}

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

/**
 * The workstation's side: shows a witness what came since it signed last, and keeps its line.
 * @returns what it answered; null while there is nothing it has not signed
 * @throws what the witness throws, and where its line is none over this checkpoint: then nothing is kept, and it is asked again
 */
export async function askWitness(store: Store, witness: Witness): Promise<WitnessAnswer | null> {
  const end = lastCheckpoint(store);
  if (end === undefined) return null;
  // A row beyond the end is nothing that was ever shown: it must not keep the witness from being asked.
  let known =
    store
      .sql<[string, number], { number: number | null }>(
        'select max(number) number from audit_cosignature where witness = ? and number <= ?',
      )
      .get(witness.name, end.number)?.number ?? -1;
  if (known === end.number) return null;
  let corrected = false;
  while (known < end.number) {
    const { request, number } = requestFrom(store, known);
    const answer = await witness.cosign(request);
    if (answer.kind === 'cosigned') {
      demandCosigned(witness, request.notes.at(-1) ?? '', answer.line);
      writeCosignature(store, number, witness.name, answer.line);
      known = number;
    } else if (answer.kind === 'other' && !corrected) {
      // It signed what this workstation does not remember. Beyond our end it has seen more of this log than we have.
      if (answer.number > end.number) return { kind: 'forked' };
      corrected = true;
      known = answer.number;
    } else return answer;
  }
  const [line] = cosignaturesBy(store, end.number, witness.name);
  return line === undefined ? null : { kind: 'cosigned', line };
}

/** @throws where a line is no cosignature of this witness, or does not hold over this note */
function demandCosigned({ name, publicKey }: Witness, note: string, line: string): void {
  const text = parseCheckpoint(note)?.text ?? '';
  const signature = parseCosignature(text, line, name);
  const holds =
    signature !== undefined &&
    (publicKey === undefined || cosignedAt(text, [signature], name, publicKey) !== undefined);
  if (!holds) throw new Error('what the witness answered is no cosignature of this checkpoint');
}

function requestFrom(store: Store, known: number): { readonly request: WitnessRequest; readonly number: number } {
  const rows = checkpointsFrom(store, known + 1, notesAtOnce);
  const last = rows.at(-1);
  if (last === undefined) throw new Error('no checkpoint to show');
  const oldSize = known < 0 ? 0 : (checkpointsFrom(store, known, 1)[0]?.size ?? 0);
  const rootOf = (from: number, to: number): Buffer => {
    const root = rootFromTiles(store, from, to);
    if (root === undefined) throw Object.assign(new Error('a tile is missing'), { code: 'SQLITE_CORRUPT' });
    return root;
  };
  const proof = consistencyProof(rootOf, oldSize, last.size);
  return { request: { oldSize, proof, notes: rows.map(({ note }) => note) }, number: last.number };
}

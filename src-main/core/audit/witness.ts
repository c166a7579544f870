/**
 * Witnesses (C2SP tlog-witness): others who sign a checkpoint only when it goes on from the last one they signed, so that
 * nobody can show two logs, or a shorter one, without one of them noticing. The workstation's side; the witness's is in
 * `witness-answer.ts`.
 */
import { cosignedAt, parseCosignature } from '../crypto/signed-note.ts';
import type { Store } from '../store/open.ts';
import { rootFromTiles } from '../store/tiles.ts';
import { parseCheckpoint } from './checkpoint-note.ts';
import { checkpointsFrom, cosignaturesBy, lastCheckpoint, writeCosignature } from './checkpoint-store.ts';
import { consistencyProof } from './merkle.ts';
import { notesAtOnce, type WitnessAnswer, type WitnessRequest } from './witness-answer.ts';

export {
  answerAsWitness,
  notesAtOnce,
  type WitnessAnswer,
  type WitnessedLog,
  type WitnessParts,
  type WitnessRequest,
} from './witness-answer.ts';

export interface Witness {
  readonly name: string;
  /** Where it is known, its lines are held against it. */
  readonly publicKey?: Uint8Array;
  /** @throws when it cannot be reached */
  cosign(request: WitnessRequest): Promise<WitnessAnswer>;
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

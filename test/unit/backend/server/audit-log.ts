/** An audit log's checkpoints without the log: leaves, a tree, one-time keys; as a witness is shown them. */
import { checkpointText, originOf, textHash, zeroHash } from '../../../../src-main/core/audit/checkpoint-note.ts';
import { consistencyProof, leafHash, treeRoot } from '../../../../src-main/core/audit/merkle.ts';
import type { WitnessRequest } from '../../../../src-main/core/audit/witness-answer.ts';
import { generateEd25519 } from '../../../../src-main/core/crypto/ed25519.ts';
import type { RawKeyPair } from '../../../../src-main/core/crypto/raw-key.ts';
import { joinNote, noteLine, noteSigner } from '../../../../src-main/core/crypto/signed-note.ts';

export class AuditLog {
  readonly origin: string;
  readonly #device: RawKeyPair;
  readonly #leaves: Buffer[] = [];
  readonly notes: string[] = [];
  readonly texts: string[] = [];
  readonly sizes: number[] = [];
  #key = generateEd25519();

  constructor(clinic: string, device: string, key: RawKeyPair) {
    this.origin = originOf(clinic, device);
    this.#device = key;
  }

  /** Some entries and a checkpoint over them. */
  checkpoint(entries: number, text: string): void {
    for (let at = 0; at < entries; at += 1) this.#leaves.push(leafHash(`${text} ${at}`));
    const next = generateEd25519();
    const number = this.notes.length;
    const note = checkpointText({
      origin: this.origin,
      size: this.#leaves.length,
      root: treeRoot(this.#leaves),
      number,
      time: 1_800_000_000_000 + number,
      previous: number === 0 ? zeroHash : textHash(this.texts.at(-1) ?? ''),
      key: this.#key.publicKey,
      next: next.publicKey,
      actions: zeroHash,
      anchor: number === 0 ? 'first' : null,
    });
    const lines = [noteLine(note, noteSigner(this.origin, this.#key.publicKey, this.#key.privateKey))];
    if (number === 0) {
      const { publicKey, privateKey } = this.#device;
      lines.push(noteLine(note, noteSigner(`${this.origin}/device`, publicKey, privateKey)));
    }
    this.#key = next;
    this.texts.push(note);
    this.notes.push(joinNote(note, lines));
    this.sizes.push(this.#leaves.length);
  }

  /** What came after the checkpoint of this number. */
  since(number: number): WitnessRequest {
    const oldSize = this.sizes[number] ?? 0;
    const proof = consistencyProof((from, to) => treeRoot(this.#leaves.slice(from, to)), oldSize, this.#leaves.length);
    return { oldSize, proof, notes: this.notes.slice(number + 1) };
  }
}

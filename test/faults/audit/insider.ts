/**
 * What an insider with the key of the database can write, and with the workstation's own key can sign: a log as he
 * wishes it, laid over the real one. Whatever is not signed by a one-time key or a person he makes agree.
 */
import {
  actionsHash,
  type Checkpoint,
  checkpointText,
  headHash,
  parseCheckpoint,
  textHash,
  zeroHash,
} from '../../../src-main/core/audit/checkpoint-note.ts';
import { parseActions } from '../../../src-main/core/audit/checkpoint-store.ts';
import { Edge, leafHash } from '../../../src-main/core/audit/merkle.ts';
import { canonicalJson } from '../../../src-main/core/crypto/canonical.ts';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { joinNote, noteLine, noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { writeTiles } from '../../../src-main/core/store/tiles.ts';
import { hold } from '../kind.ts';
import type { Made, SavedCheckpoint } from './made.ts';

/** The log as somebody wants it to look. What is the very same object as before is left alone. */
export type Wanted = {
  /** By number; null: not there. */
  entries: (Buffer | null)[];
  /** Rows at numbers that no log has. */
  strays: { readonly seq: number; readonly entry: Buffer }[];
  /** What the tiles are made from: `all` levels, only the `leaves`, or as they are. */
  tiles: 'as they are' | 'leaves' | 'all';
  checkpoints: SavedCheckpoint[];
  /** Numbers that rows bear although their texts say others. */
  rowNumbers: Map<SavedCheckpoint, number>;
  /** Sessions whose certificate is gone or another one's. */
  certificates: Map<string, 'gone' | 'another' | 'in other letters'>;
  /** Rows beside checkpoints in the name of a witness. */
  cosignatures: { readonly number: number; readonly witness: string; readonly line: string }[];
};

export type Anchor = 'none' | 'first' | 'key-lost' | 'rolled-back';

/** Key pairs of the insider's own; made once, they prove nothing wherever they come from. */
const ownKeys = Array.from({ length: 256 }, () => generateEd25519());
const ownKey = (number: number) => ownKeys[number % ownKeys.length] ?? generateEd25519();

export class Insider {
  readonly store: Store;
  readonly made: Made;
  readonly entries: readonly Buffer[];
  readonly checkpoints: readonly SavedCheckpoint[];
  readonly #leaves: readonly Buffer[];
  readonly #leafOf = new WeakMap<Buffer, Buffer>();

  constructor(
    store: Store,
    made: Made,
    rows: { readonly entries: readonly Buffer[]; readonly checkpoints: readonly SavedCheckpoint[] },
  ) {
    this.store = store;
    this.made = made;
    this.entries = rows.entries;
    this.checkpoints = rows.checkpoints;
    this.#leaves = rows.entries.map((entry) => this.leaf(entry));
  }

  /** Who has the key of the database takes its triggers away first. */
  dropTriggers(): void {
    const names = this.store.sql<[], { name: string }>("select name from sqlite_schema where type = 'trigger'").all();
    for (const { name } of names) {
      hold(/^\w+$/.test(name), 'a trigger with an odd name');
      this.store.db.exec(`drop trigger ${name}`);
    }
  }

  get origin(): string {
    return `carekeep.audit/${this.made.clinicId}/${this.made.deviceId}`;
  }

  leaf(entry: Buffer): Buffer {
    const known = this.#leafOf.get(entry);
    if (known !== undefined) return known;
    const leaf = leafHash(entry);
    this.#leafOf.set(entry, leaf);
    return leaf;
  }

  /** The log as it is. */
  real(): Wanted {
    return {
      entries: [...this.entries],
      strays: [],
      tiles: 'as they are',
      checkpoints: [...this.checkpoints],
      rowNumbers: new Map(),
      certificates: new Map(),
      cosignatures: [],
    };
  }

  /** Where a checkpoint ends that covers this entry, and where the one before does; undefined behind the last. */
  spanOf(seq: number): { readonly from: number; readonly to: number; readonly number: number } | undefined {
    const number = this.checkpoints.findIndex(({ size }) => size > seq);
    const to = this.checkpoints[number]?.size;
    return to === undefined ? undefined : { from: this.checkpoints[number - 1]?.size ?? 0, to, number };
  }

  /**
   * Checkpoints from a number on, signed anew with keys of the insider's own.
   * @param sizes how far each goes
   * @param keep the person's signatures that still hold, or none
   */
  sign(wanted: Wanted, from: number, sizes: readonly number[], anchor: Anchor, keep = true): void {
    const { entries } = wanted;
    const before = from === 0 ? undefined : parseCheckpoint(wanted.checkpoints[from - 1]?.note ?? '');
    wanted.checkpoints = wanted.checkpoints.slice(0, from);
    const edge = new Edge({ size: 0, hashes: [] });
    const grow = (to: number): void => {
      for (let seq = edge.size; seq < to; seq += 1) {
        const entry = entries[seq];
        edge.push(entry === undefined || entry === null ? zeroHash : this.leaf(entry), () => undefined);
      }
    };
    let previous = before === undefined ? zeroHash : textHash(before.text);
    for (const [at, size] of sizes.entries()) {
      grow(size);
      const number = from + at;
      const mine = ownKey(number);
      const unsigned: Checkpoint = {
        origin: this.origin,
        size,
        root: edge.root(),
        number,
        time: this.#timeOf(number),
        previous,
        key: mine.publicKey,
        next: ownKey(number + 1).publicKey,
        actions: zeroHash,
        anchor: at === 0 && anchor !== 'none' ? anchor : null,
      };
      // What people signed names the checkpoint it was signed for.
      const actions = keep ? this.#actionsFor(number, headHash(checkpointText(unsigned))) : [];
      const checkpoint: Checkpoint = { ...unsigned, actions: actionsHash(actions) };
      const text = checkpointText(checkpoint);
      const lines = [noteLine(text, noteSigner(this.origin, mine.publicKey, mine.privateKey))];
      if (checkpoint.anchor !== null) lines.push(this.byDevice(text));
      wanted.checkpoints.push({ number, size, note: joinNote(text, lines), actions: canonicalJson(actions) });
      previous = textHash(text);
    }
  }

  /** The workstation's own signature under a text. */
  byDevice(text: string): string {
    const { publicKey, privateKey } = this.made.device;
    return noteLine(text, noteSigner(`${this.origin}/device`, publicKey, privateKey));
  }

  #timeOf(number: number): number {
    return (
      parseCheckpoint(this.checkpoints[Math.min(number, this.checkpoints.length - 1)]?.note ?? '')?.checkpoint.time ?? 0
    );
  }

  /** What people signed at a checkpoint and still holds for the one in its place. */
  #actionsFor(number: number, head: Buffer) {
    const actions = parseActions(this.checkpoints[number]?.actions ?? '') ?? [];
    return actions.filter(({ action }) => action.head === head.toString('base64'));
  }

  /** Lays it over the real log. The caller is in a transaction and undoes it. */
  write(wanted: Wanted): void {
    this.#writeEntries(wanted);
    this.#writeTiles(wanted);
    this.#writeCheckpoints(wanted);
    const { store } = this;
    for (const [session, what] of wanted.certificates) {
      if (what === 'gone') store.sql<[string]>('delete from audit_session where id = ?').run(session);
      else if (what === 'in other letters') {
        const spaced = `update audit_session set certificate = replace(certificate, '","', '", "') where id = ?`;
        store.sql<[string]>(spaced).run(session);
      } else {
        const copied = `update audit_session set (certificate, signature) =
          (select certificate, signature from audit_session where id <> ? order by id limit 1) where id = ?`;
        store.sql<[string, string]>(copied).run(session, session);
      }
    }
    for (const { number, witness, line } of wanted.cosignatures)
      store
        .sql<[number, string, string]>('insert or replace into audit_cosignature values (?, ?, ?)')
        .run(number, witness, line);
    delete store.held.head;
  }

  #writeEntries({ entries, strays }: Wanted): void {
    const { store } = this;
    const change = store.sql<[Buffer, number]>('update audit_entry set entry = ? where seq = ?');
    const remove = store.sql<[number]>('delete from audit_entry where seq = ?');
    const add = store.sql<[number, Buffer]>('insert into audit_entry (seq, entry, lamport) values (?, ?, 1)');
    for (let seq = 0; seq < Math.max(entries.length, this.entries.length); seq += 1) {
      const wanted = entries[seq] ?? null;
      const real = this.entries[seq] ?? null;
      if (wanted === real) continue;
      if (wanted === null) remove.run(seq);
      else if (real === null) add.run(seq, wanted);
      else change.run(wanted, seq);
    }
    for (const { seq, entry } of strays) add.run(seq, entry);
  }

  #writeTiles({ entries, tiles, checkpoints }: Wanted): void {
    if (tiles === 'as they are') return;
    const { store } = this;
    const size = Math.min(checkpoints.at(-1)?.size ?? 0, entries.length);
    const leaves = entries
      .slice(0, size)
      .map((entry, seq) => (entry === null ? (this.#leaves[seq] ?? zeroHash) : this.leaf(entry)));
    const first = leaves.findIndex((leaf, seq) => leaf !== this.#leaves[seq]);
    const from = first < 0 ? size : first;
    const upper = 2 ** 40;
    const above =
      tiles === 'leaves'
        ? store
            .sql<[number], { place: number; hashes: Buffer }>('select place, hashes from audit_tile where place >= ?')
            .all(upper)
        : [];
    if (size < this.made.head.size) {
      store.sql<[]>('delete from audit_tile').run();
      writeTiles(store, 0, leaves);
    } else writeTiles(store, from, leaves.slice(from));
    for (const { place, hashes } of above)
      store.sql<[number, Buffer]>('insert or replace into audit_tile values (?, ?)').run(place, hashes);
  }

  #writeCheckpoints({ checkpoints, rowNumbers }: Wanted): void {
    const same = checkpoints.findIndex((row, at) => row !== this.checkpoints[at]);
    const from = same < 0 ? checkpoints.length : same;
    if (from === this.checkpoints.length && from === checkpoints.length) return;
    const { store } = this;
    store.sql<[number]>('delete from audit_checkpoint where number >= ?').run(from);
    store.sql<[number]>('delete from audit_cosignature where number >= ?').run(from);
    const add = store.sql<[number, number, string, string]>('insert into audit_checkpoint values (?, ?, ?, ?)');
    for (const row of checkpoints.slice(from))
      add.run(rowNumbers.get(row) ?? row.number, row.size, row.note, row.actions);
  }
}

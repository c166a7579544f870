/** Workstations that exchange ops through one log: each hears batches in the log's order, and its own when it lost them. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { append } from '../../../src-main/core/audit/log.ts';
import { isErased } from '../../../src-main/core/store/erasures.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import type { GroupOp } from '../../../src-main/core/sync/merge/apply.ts';
import { someone } from '../../unit/store/clinic.ts';
import { Workstation } from '../../unit/sync/merge/workstations.ts';
import { hold } from '../kind.ts';

type Key = { readonly patient: string; readonly epoch: number; readonly sealed: Buffer };
type Batch = { readonly author: number; readonly ops: readonly GroupOp[]; readonly keys: readonly Key[] };

/** Ops per transaction. */
const slice = 250;
/** As src-main/core/sync/incoming/restored.ts. */
const leap = 2 ** 24;

export class Exchange {
  readonly #folder: string;
  readonly stations: Workstation[] = [];
  readonly log: Batch[] = [];
  readonly #takenTo: number[] = [];
  /** Batches of its own that a workstation has forgotten lie below this. */
  readonly #forgotTo: number[] = [];
  #copies = 0;
  readonly #copy = new Map<number, { readonly folder: string; readonly takenTo: number }>();

  constructor(folder: string, count: number) {
    this.#folder = folder;
    for (let number = 0; number < count; number += 1)
      this.#add(new Workstation(`0000000${number}-0000-4000-8000-000000000000`));
  }

  #add(one: Workstation): void {
    // What a real disk keeps is not what is tried here.
    one.store.db.pragma('synchronous=OFF');
    this.stations.push(one);
    this.#takenTo.push(0);
    this.#forgotTo.push(0);
  }

  station(number: number): Workstation {
    const one = this.stations[number];
    hold(one !== undefined, 'no such workstation');
    return one;
  }

  /** What was said here goes into the log. @returns the ops */
  send(number: number): readonly GroupOp[] {
    const one = this.station(number);
    const ops = one.outgoing();
    if (ops.length === 0) return ops;
    const made = ops.flatMap(({ op }) => (op.k === 'create' && op.type === 'Patient' ? [op.id] : []));
    const key = one.store.sql<[string], Key>(
      'select patient_id patient, epoch, sealed from patient_key where patient_id = ?',
    );
    this.log.push({ author: number, ops, keys: made.flatMap((patient) => key.get(patient) ?? []) });
    return ops;
  }

  /** The log is taken as far as it goes. */
  take(number: number): void {
    const one = this.station(number);
    for (let at = this.#takenTo[number] ?? 0; at < this.log.length; at += 1) {
      const batch = this.log[at];
      const known = batch?.author === number && at >= (this.#forgotTo[number] ?? 0);
      if (batch !== undefined && !known) this.#hear(one, batch);
    }
    this.#takenTo[number] = this.log.length;
  }

  #hear(one: Workstation, { ops, keys }: Batch): void {
    const { store } = one;
    const put = store.sql<[string, number, Buffer]>('insert or ignore into patient_key values (?, ?, ?)');
    for (const { patient, epoch, sealed } of keys) if (!isErased(store, patient)) put.run(patient, epoch, sealed);
    for (let at = 0; at < ops.length; at += slice) {
      for (const outcome of one.take(ops.slice(at, at + slice)).outcomes) {
        const { what } = outcome;
        const fine = what !== 'refused' && what !== 'unknown-row' && what !== 'no-key';
        hold(fine, `an op was not taken: ${what === 'refused' ? outcome.reason : what}`);
      }
    }
  }

  /** A copy of its file as it stands, with everything it said in the log. */
  copy(number: number): void {
    this.send(number);
    const { store } = this.station(number);
    const folder = join(this.#folder, `copy-${this.#copies}`);
    this.#copies += 1;
    mkdirSync(folder, { recursive: true });
    store.db.prepare('vacuum into ?').run(join(folder, 'a.db'));
    const before = this.#copy.get(number);
    if (before !== undefined) rmSync(before.folder, { recursive: true, force: true });
    this.#copy.set(number, { folder, takenTo: this.#takenTo[number] ?? 0 });
  }

  /** Its machine is lost with what it had not said; the copy is put back. @returns whether there was one */
  restore(number: number): boolean {
    const copy = this.#copy.get(number);
    if (copy === undefined) return false;
    this.#copy.delete(number);
    const { clock } = this.station(number);
    this.station(number).close();
    const one = new Workstation('', copy.folder);
    one.store.db.pragma('synchronous=OFF');
    one.clock = clock;
    withTransaction(
      one.store,
      (tx) => {
        tx.head.lamport += leap;
        append(tx, { ...someone, type: 'recovery.used', origin: 'core' });
      },
      clock,
    );
    this.stations[number] = one;
    // What it had said by then is in the copy; what it said later it hears like everybody else.
    this.#takenTo[number] = copy.takenTo;
    this.#forgotTo[number] = this.log.length;
    this.take(number);
    return true;
  }

  close(): void {
    for (const one of this.stations) one.close();
    for (const { folder } of this.#copy.values()) rmSync(folder, { recursive: true, force: true });
  }
}

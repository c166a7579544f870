/** Days of a clinic, drawn by chance: reads and real writes by people whose sessions sign them, and core's own entries. */
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { Checkpoints } from '../../../src-main/core/audit/checkpoints.ts';
import { append, head, type NewEntry } from '../../../src-main/core/audit/log.ts';
import type { OneTimeFile } from '../../../src-main/core/audit/one-time-file.ts';
import { beginPrune } from '../../../src-main/core/audit/prune/execute.ts';
import type { KeptSet } from '../../../src-main/core/audit/prune/kept.ts';
import { SessionSigners } from '../../../src-main/core/audit/session-signers.ts';
import { noteSignatureBytes } from '../../../src-main/core/crypto/note-signature.ts';
import type { NoteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { insertPatient, patientRef } from '../../../src-main/core/store/patient.ts';
import { insertResource, updateResource } from '../../../src-main/core/store/record.ts';
import { type Tx, withTransaction } from '../../../src-main/core/store/transaction.ts';
import { observation, patient, uuid } from '../imports/samples.ts';
import type { Prng } from '../prng.ts';
import { monday } from './people.ts';

/** Who can act: a user's own key. */
export type Actor = { readonly userId: string; readonly sign: (message: Uint8Array) => Buffer };
type Subject = { readonly below: number; readonly kept: number; readonly keptDigest: string };
type Present = { readonly actor: Actor; readonly session: string; left: number };
type Row = { readonly id: string; readonly patientId: string; version: number };

export type DayParts = {
  readonly store: Store;
  readonly clinicId: string;
  readonly file: OneTimeFile;
  readonly device: NoteSigner;
  readonly actors: readonly Actor[];
  /** Entries that the roster has. */
  readonly roster: number;
  readonly random: Prng;
  /** When the process begins; Monday morning unless said. */
  readonly clock?: number;
};

const nobody: NewEntry['agent'] = { user: null, roles: [], session: null };
const reads = ['patient.read', 'chart.read', 'chart.read', 'note.draft-read', 'chart.source-read'] as const;

/** The log's writer as core has it: entries, sessions, checkpoints. */
export class Day {
  readonly store: Store;
  readonly origin: string;
  /** Wall clock in milliseconds. */
  clock: number;
  readonly #parts: DayParts;
  readonly #signers = new SessionSigners();
  #checkpoints: Checkpoints;
  #present: Present[] = [];
  #patients: string[] = [];
  #rows: Row[] = [];
  #checkpointed: number;

  constructor(parts: DayParts) {
    this.store = parts.store;
    this.#parts = parts;
    this.clock = parts.clock ?? monday;
    this.#checkpointed = this.clock;
    this.origin = originOf(parts.clinicId, parts.store.device);
    this.#checkpoints = this.#begin();
  }

  get size(): number {
    return head(this.store).size;
  }

  #begin(): Checkpoints {
    const { store, file, device } = this.#parts;
    const checkpoints = new Checkpoints({
      store,
      origin: this.origin,
      file,
      device,
      now: () => this.clock,
      sessions: this.#signers,
      report: (_where, error) => {
        throw error;
      },
    });
    const standing = checkpoints.standing();
    if (standing.state === 'behind') throw new Error('the log is behind its one-time keys');
    checkpoints.begin(standing.state === 'anchor' ? standing.reason : null);
    store.held.committed = () => checkpoints.afterCommit();
    return checkpoints;
  }

  /** Ends the process's hold on the keys; the next one finds the file as it is. */
  restart(): void {
    this.#checkpoints.close();
    this.#signers.close();
    this.#present = [];
    this.#checkpoints = this.#begin();
    this.acknowledge();
  }

  /** Where a new chain of keys has to begin, somebody puts their name to it. @returns whether it had to */
  acknowledge(): boolean {
    const anchor = this.#checkpoints.pendingAnchor();
    if (anchor === null) return false;
    const { agent } = this.#someone();
    const detail = { number: anchor.number, reason: anchor.reason };
    this.#audit('audit.anchored', { agent, purpose: 'HOPERAT', detail });
    this.#checkpoints.acknowledge();
    this.take();
    return true;
  }

  /** An admin carries out what admins agreed to: the row and its entry in one transaction, then what signs them. */
  prune(id: string, request: unknown, subject: Subject, kept: KeptSet): void {
    const { agent } = this.#someone();
    const { below, kept: count, keptDigest } = subject;
    const detail = { request: id, below, kept: count, keptDigest, roster: this.#parts.roster };
    this.#audit('audit.pruned', { agent, purpose: 'HOPERAT', detail }, (tx) => {
      beginPrune(tx, id, request, kept);
      return {};
    });
  }

  take(): number | null {
    this.#checkpointed = this.clock;
    return this.#checkpoints.take();
  }

  close(): void {
    this.#checkpoints.close();
    this.#signers.close();
    this.store.held.committed = () => undefined;
  }

  /** One entry more, and a checkpoint when a minute is over. @returns its number */
  step(): number {
    const { random } = this.#parts;
    this.clock += random.between(150, 1900);
    if (this.clock - this.#checkpointed > 60_000) this.take();
    const draw = random.unit();
    if (draw < 0.02) return this.#audit('review.opened', { agent: nobody, purpose: 'HOPERAT', origin: 'core' });
    const { agent, actor } = this.#someone();
    if (this.#patients.length < 4 || draw < 0.025) return this.#newPatient(agent, actor);
    if (draw < 0.06) return this.#newRow(agent, actor);
    if (draw < 0.075) return this.#changeRow(agent, actor);
    if (draw < 0.085) return this.#sign(agent, actor);
    if (draw < 0.2) return this.#audit('patient.searched', { agent, detail: { hits: random.below(40) } });
    if (draw < 0.22) return this.#audit('access.denied', { agent, outcome: 4, detail: { procedure: 'audit.page' } });
    const ref = patientRef(this.store, random.pick(this.#patients));
    const entity = random.chance(0.5) && this.#rows.length > 0 ? [random.pick(this.#rows).id] : [];
    const detail = random.chance(0.3) ? { rows: random.below(500), unit: 'ward-3' } : {};
    return this.#audit(random.pick(reads), { agent, patient: ref, entity, detail });
  }

  #someone(): { readonly agent: NewEntry['agent']; readonly actor: Actor } {
    const { actors, random, store, roster } = this.#parts;
    if (this.#present.length < Math.min(2, actors.length)) {
      const actor = random.pick(actors);
      const session = uuid(random);
      this.#signers.begin(store, this.origin, { id: session, keys: actor }, { at: this.clock, roster });
      this.#present.push({ actor, session, left: random.between(40, 400) });
    }
    const present = random.pick(this.#present);
    present.left -= 1;
    if (present.left <= 0) {
      this.#present = this.#present.filter((one) => one !== present);
      this.#signers.end(present.session);
      if (random.chance(0.5)) this.clock += 61_000;
    }
    return {
      actor: present.actor,
      agent: { user: present.actor.userId, roles: ['practitioner'], session: present.session },
    };
  }

  #audit(type: NewEntry['type'], more: Partial<NewEntry>, fn: (tx: Tx) => Partial<NewEntry> = () => ({})): number {
    const fresh = { type, outcome: 0, agent: nobody, purpose: 'TREAT', origin: 'screen', ...more } as const;
    return withTransaction(this.store, (tx) => append(tx, { ...fresh, ...fn(tx) }), this.clock);
  }

  #newPatient(agent: NewEntry['agent'], { userId }: Actor): number {
    const json = JSON.stringify(patient(this.#parts.random));
    return this.#audit('patient.created', { agent }, (tx) => {
      const { id } = insertPatient(tx, { json, authorUser: userId, source: null });
      this.#patients.push(id);
      return { patient: patientRef(this.store, id), entity: [id] };
    });
  }

  #insert(tx: Tx, patientId: string, resource: { readonly resourceType: string }, author: string, signed: boolean) {
    return insertResource(tx, {
      type: resource.resourceType,
      patientId,
      encounterId: null,
      columns: columnsOf(resource),
      json: JSON.stringify(resource),
      authorUser: author,
      source: null,
      signed,
    });
  }

  #newRow(agent: NewEntry['agent'], { userId }: Actor): number {
    const { random } = this.#parts;
    const patientId = random.pick(this.#patients);
    return this.#audit('chart.added', { agent }, (tx) => {
      const { id, version } = this.#insert(tx, patientId, observation(random, `Patient/${patientId}`), userId, false);
      this.#rows.push({ id, patientId, version });
      return { patient: patientRef(this.store, patientId), entity: [id], detail: { kind: 'Observation' } };
    });
  }

  #changeRow(agent: NewEntry['agent'], actor: Actor): number {
    const { random } = this.#parts;
    if (this.#rows.length === 0) return this.#newRow(agent, actor);
    const row = random.pick(this.#rows);
    const resource = observation(random, `Patient/${row.patientId}`);
    return this.#audit(
      'chart.changed',
      { agent, patient: patientRef(this.store, row.patientId), entity: [row.id] },
      (tx) => {
        const json = JSON.stringify(resource);
        const columns = columnsOf(resource);
        const { id, version: expectedVersion } = row;
        row.version = updateResource(tx, { id, expectedVersion, json, columns, authorUser: actor.userId }).version;
        return {};
      },
    );
  }

  /** A note with its author's own signature. */
  #sign(agent: NewEntry['agent'], actor: Actor): number {
    const { random, roster } = this.#parts;
    const patientId = random.pick(this.#patients);
    const note = { resourceType: 'Composition', status: 'final', title: `Note ${random.next()}`, date: '2026-03-02' };
    return this.#audit('note.signed', { agent, patient: patientRef(this.store, patientId) }, (tx) => {
      const { id, json } = this.#insert(tx, patientId, note, actor.userId, true);
      const data = actor.sign(noteSignatureBytes(json)).toString('base64');
      const target = [{ reference: `Composition/${id}` }];
      const provenance = { resourceType: 'Provenance', target, signature: [{ data }] };
      this.#insert(tx, patientId, provenance, actor.userId, true);
      return { entity: [id], detail: { roster, note: id } };
    });
  }
}

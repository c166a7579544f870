/** Workstations of one clinic with real encrypted stores, whose ops reach each other through a list in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append } from '../../../../src-main/core/audit/log.ts';
import { writeRestriction } from '../../../../src-main/core/store/access.ts';
import { afterErasure, eraseEverywhere } from '../../../../src-main/core/store/erase.ts';
import { isErased } from '../../../../src-main/core/store/erasures.ts';
import { currentHead } from '../../../../src-main/core/store/head.ts';
import { closeStore, createStore, openStore, type Store } from '../../../../src-main/core/store/open.ts';
import { patientRef } from '../../../../src-main/core/store/patient.ts';
import { type Tx, withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { isRowOp } from '../../../../src-main/core/sync/incoming/slices.ts';
import { type Applied, applyOps, type GroupOp, MergesUnjudged } from '../../../../src-main/core/sync/merge/apply.ts';
import { outgoingOp } from '../../../../src-main/core/sync/outgoing/read-ops.ts';
import { readStoreOps } from '../../../../src-main/core/sync/outgoing/store-op.ts';
import { op as syncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { clinicKey, key, someone } from '../../store/clinic.ts';

export const deviceId = (number: number): string => `0000000${number}-0000-4000-8000-000000000000`;

/** Stands for the validator: a value of two types is none. */
export const isResource = (json: string): boolean =>
  !(json.includes('"valueQuantity"') && json.includes('"valueString"'));

export class Workstation {
  readonly store: Store;
  readonly #folder: string;
  #read = 0;
  clock = 1_790_000_000_000;

  /** @param folder one that is there already: its database is opened */
  constructor(device: string, folder: string | null = null) {
    this.#folder = folder ?? mkdtempSync(join(tmpdir(), 'carekeep-merge-'));
    const at = { path: join(this.#folder, 'a.db'), key, clinicKey };
    this.store = folder === null ? createStore({ ...at, device }) : openStore(at);
    this.#read = folder === null ? 0 : currentHead(this.store).frontier.size;
  }

  /** A patient goes, from here and from everywhere. */
  erase(patientId: string): void {
    const gone = withTransaction(
      this.store,
      (tx) => {
        const erased = eraseEverywhere(tx, patientId, { request: '{}', roster: 1 });
        const detail = erased?.ref == null ? {} : { erased: erased.ref };
        append(tx, { ...someone, type: 'patient.erased', entity: [patientId], detail });
        return erased;
      },
      this.clock,
    );
    if (gone !== null) afterErasure(this.store, [gone]);
  }

  restrict(patientId: string, users: readonly string[] | null, byUser: string): void {
    withTransaction(
      this.store,
      (tx) => {
        const mac = writeRestriction(tx, { patientId, users, reason: 'other', byUser });
        const type = users === null ? 'access.restriction-lifted' : 'access.restricted';
        append(tx, { ...someone, type, patient: patientRef(tx.store, patientId), detail: { mac } });
      },
      this.clock,
    );
  }

  /** A local write, audited. */
  write<T>(work: (tx: Tx) => T, type: Parameters<typeof append>[1]['type'] = 'chart.changed'): T {
    return withTransaction(
      this.store,
      (tx) => {
        const result = work(tx);
        append(tx, { ...someone, type });
        return result;
      },
      this.clock,
    );
  }

  /** What was written here since it was last asked, as it goes out. */
  outgoing(): GroupOp[] {
    const rows = this.store
      .sql<[number], { seq: number; ops: string }>('select seq, ops from outbox where seq >= ? order by seq')
      .all(this.#read);
    const found: GroupOp[] = [];
    for (const { seq, ops } of rows) {
      this.#read = seq + 1;
      for (const one of readStoreOps(ops)) {
        if (one.kind === 'import') continue;
        const out = outgoingOp(this.store, seq, one, (patient) => isErased(this.store, patient));
        if (out === null) continue;
        const op = syncOp.parse(JSON.parse(out.line));
        if (!isRowOp(op)) continue;
        found.push({ patient: out.patient, op });
      }
    }
    return found;
  }

  /** Takes ops of others in one slice with its one entry. */
  take(ops: readonly GroupOp[], detail: Readonly<Record<string, string | number>> = {}): Applied {
    const verdicts = new Map<string, boolean>();
    for (;;) {
      try {
        const applied = withTransaction(
          this.store,
          (tx) => {
            const done = applyOps(tx, ops, verdicts);
            append(tx, { ...someone, type: 'sync.received', origin: 'core', detail: { ...detail, ...done.detail } });
            return done;
          },
          this.clock,
        );
        afterErasure(this.store, applied.erased);
        return applied;
      } catch (error) {
        if (!(error instanceof MergesUnjudged)) throw error;
        for (const { json } of error.merges) verdicts.set(json, isResource(json));
      }
    }
  }

  /** Keys of patients reach others before the ops that need them. */
  giveKeys(to: Workstation): void {
    const keys = this.store.db.prepare('select patient_id, epoch, sealed from patient_key').raw().all();
    const put = to.store.db.prepare(
      'insert or ignore into patient_key select ?, ?, ? where not exists (select 1 from erasure where patient_id = ?)',
    );
    for (const one of keys) if (Array.isArray(one)) put.run(...one, one[0]);
  }

  close(): void {
    closeStore(this.store);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The record as it must be the same everywhere: rows, field versions, lost writes, what does not show. */
export function recordOf({ store }: Pick<Workstation, 'store'>, patientId: string | null = null): unknown {
  const all = (columns: string, from: string): Record<string, unknown>[] =>
    store
      .sql<[string | null, string | null], Record<string, unknown>>(
        `select ${columns} from ${from} where (? is null or r.patient_id = ?) order by 1, 2, 3`,
      )
      .all(patientId, patientId);
  const rows = all(
    `r.id, type, patient_id, encounter_id, date, status, code, category, deleted, signed, author_user, source, json,
     field_versions, updated_at`,
    'resource r',
  );
  return {
    rows: rows.map((row) => ({
      ...row,
      field_versions: Object.entries(JSON.parse(String(row['field_versions']))).sort(),
    })),
    lost: all(
      'l.id, field, l.version, text, author, at',
      '(select * from lost_write where gone = 0) l join resource r on r.id = l.id',
    ),
    merged: all(
      'm.id, whole, hidden',
      "(select * from merged_state where whole is not null or hidden <> '{}') m join resource r on r.id = m.id",
    ),
    restrictions: all('r.patient_id, users, reason, by_user, at', 'chart_restriction r'),
    emergencies: all('r.id, patient_id, ends_at', 'break_glass r'),
  };
}

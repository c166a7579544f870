/**
 * Restrictions of charts and emergency accesses. Each row carries an HMAC of itself; the entry that recorded a
 * restriction names that HMAC too, so that a row that went missing or came back older shows at verification.
 */
import { z } from 'zod';
import {
  type BreakGlassReason,
  breakGlassReason,
  type RestrictionReason,
  restrictionReason,
} from '../../../src-shared/contract/access.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { compareVersions } from '../../../src-shared/sync-protocol/primitives.ts';
import type { Store } from './open.ts';
import { addOp } from './record.ts';
import { encoded } from './row.ts';
import { newId, nextVersion, type Tx } from './transaction.ts';

export type Restriction = {
  readonly patientId: string;
  readonly version: number;
  /** Who alone may open the chart. */
  readonly users: readonly string[];
  readonly reason: RestrictionReason;
  readonly byUser: string;
  readonly at: number;
};

type Stored = Omit<Restriction, 'users' | 'reason'> & { readonly users: string | null; readonly reason: string };
const userIds = z.array(z.string());

/** HMAC over 0x02 and a JSON array of every column but the HMAC: no text of a resource's row begins so. */
function macOf({ mac }: Pick<Store, 'mac'>, r: Stored): Buffer {
  return mac.of(`\u0002${JSON.stringify([r.patientId, r.version, r.users, r.reason, r.byUser, r.at])}`);
}

const selectRestriction =
  'select patient_id patientId, version, users, reason, by_user byUser, at, mac from chart_restriction';

function storedRestriction(store: Store, patientId: string): (Stored & { readonly mac: Buffer }) | null {
  const row = store
    .sql<[string], Stored & { readonly mac: Buffer }>(`${selectRestriction} where patient_id = ?`)
    .get(patientId);
  if (row === undefined) return null;
  if (!macOf(store, row).equals(row.mac)) throw new CallError('record-damaged', { ids: [patientId] });
  return row;
}

/** The restriction in force; null for a chart that is open to every role that reads charts. @throws CallError record-damaged */
export function readRestriction(store: Store, patientId: string): Restriction | null {
  const row = storedRestriction(store, patientId);
  if (row === null || row.users === null) return null;
  return { ...row, users: userIds.parse(JSON.parse(row.users)), reason: restrictionReason.parse(row.reason) };
}

/**
 * Writes a restriction, or that it is lifted (`users` null).
 * @returns the row's HMAC, base64url, for the entry
 */
export function writeRestriction(
  tx: Tx,
  change: {
    readonly patientId: string;
    readonly users: readonly string[] | null;
    readonly reason: RestrictionReason;
    readonly byUser: string;
  },
): string {
  const { store } = tx;
  const { patientId } = change;
  const version = (storedRestriction(store, patientId)?.version ?? 0) + 1;
  const users = change.users === null ? null : JSON.stringify(change.users);
  const row = { patientId, version, users, reason: change.reason, byUser: change.byUser, at: tx.now };
  const op = nextVersion(tx);
  const mac = putRestriction(tx, row, op);
  addOp(tx, 'restriction', patientId, { id: patientId, version, op });
  return encoded(mac);
}

function putRestriction({ store }: Tx, row: Stored, op: string): Buffer {
  const mac = macOf(store, row);
  store
    .sql<unknown[]>(
      `insert into chart_restriction (patient_id, version, users, reason, by_user, at, mac) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (patient_id) do update set version = excluded.version, users = excluded.users,
       reason = excluded.reason, by_user = excluded.by_user, at = excluded.at, mac = excluded.mac`,
    )
    .run(row.patientId, row.version, row.users, row.reason, row.byUser, row.at, mac);
  store
    .sql<[string, string]>('insert or replace into sync_register (name, version) values (?, ?)')
    .run(registerOf(row.patientId), op);
  return mac;
}

const registerOf = (patientId: string): string => `restriction/${patientId}`;

/**
 * Takes another workstation's restriction, unless a later one is here already.
 * @returns the row's HMAC for the entry, null where nothing changed
 */
export function takeRestriction(
  tx: Tx,
  told: Pick<Restriction, 'patientId' | 'reason' | 'byUser' | 'at'> & {
    readonly users: readonly string[] | null;
    readonly op: string;
  },
): string | null {
  const { store } = tx;
  const { patientId, reason, byUser, at, op } = told;
  const known = store
    .sql<[string], { version: string }>('select version from sync_register where name = ?')
    .get(registerOf(patientId))?.version;
  if (known !== undefined && compareVersions(known, op) >= 0) return null;
  const version = (storedRestriction(store, patientId)?.version ?? 0) + 1;
  const users = told.users === null ? null : JSON.stringify(told.users);
  return encoded(putRestriction(tx, { patientId, version, users, reason, byUser, at }, op));
}

/** Charts with a restriction, lifted ones too. */
export function restrictedCharts(store: Store): string[] {
  return store
    .sql<[], { id: string }>('select patient_id id from chart_restriction order by patient_id')
    .all()
    .map(({ id }) => id);
}

/** HMAC of a chart's restriction as it stands, for verification; empty where there is none or it does not match its own. */
export function restrictionMac(store: Store, patientId: string): string {
  const row = store
    .sql<[string], Stored & { readonly mac: Buffer }>(`${selectRestriction} where patient_id = ?`)
    .get(patientId);
  if (row === undefined) return '';
  const mac = macOf(store, row);
  return mac.equals(row.mac) ? encoded(mac) : '';
}

/** Patients with a restriction who have rows of one import. */
export function restrictedIn(store: Store, batch: number): string[] {
  return store
    .sql<[number], { id: string }>(
      `select c.patient_id id from chart_restriction c, import_batch b where b.batch = ? and c.users is not null
       and exists (select 1 from resource r where r.patient_id = c.patient_id and r.row between b.first_row and b.last_row)`,
    )
    .all(batch)
    .map(({ id }) => id);
}

/** Patients whom the resources of an imported document are about. */
export function patientsOfDocument(store: Store, id: string): string[] {
  return store
    .sql<[string], { id: string }>(
      `select distinct r.patient_id id from resource d
       join envelope e on e.batch = d.batch and e.type = 'document' and json_extract(e.rows, '$[0]') = d.id
       join json_each(e.rows) part join resource r on r.id = part.value
       where d.id = ? and r.patient_id is not null`,
    )
    .all(id)
    .map((found) => found.id);
}

export type Emergency = {
  readonly id: string;
  readonly patientId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly openedAt: number;
  readonly endsAt: number;
  readonly reason: BreakGlassReason;
  /** What the user wrote, for the reviewer. */
  readonly told: string;
};

type StoredEmergency = Omit<Emergency, 'reason'> & { readonly reason: string };

function emergencyMac({ mac }: Pick<Store, 'mac'>, e: StoredEmergency): Buffer {
  const fields = [e.id, e.patientId, e.userId, e.sessionId, e.openedAt, e.endsAt, e.reason, e.told];
  return mac.of(`\u0003${JSON.stringify(fields)}`);
}

const selectEmergency = `select id, patient_id patientId, user_id userId, session_id sessionId, opened_at openedAt,
 ends_at endsAt, reason, told, mac from break_glass`;

function checked(store: Store, row: StoredEmergency & { readonly mac: Buffer }): Emergency {
  if (!emergencyMac(store, row).equals(row.mac)) throw new CallError('record-damaged', { ids: [row.id] });
  return { ...row, reason: breakGlassReason.parse(row.reason) };
}

/** Keeps an emergency access. @returns its id */
export function insertEmergency(tx: Tx, fresh: Omit<Emergency, 'id' | 'openedAt'>): string {
  const { store } = tx;
  const row = { ...fresh, id: newId(tx.now), openedAt: tx.now };
  putEmergency(store, row);
  addOp(tx, 'emergency', row.patientId, { id: row.id, op: nextVersion(tx) });
  return row.id;
}

function putEmergency(store: Store, row: StoredEmergency): void {
  store
    .sql<unknown[]>(
      `insert into break_glass (id, patient_id, user_id, session_id, opened_at, ends_at, reason, told, mac)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      row.id,
      row.patientId,
      row.userId,
      row.sessionId,
      row.openedAt,
      row.endsAt,
      row.reason,
      row.told,
      emergencyMac(store, row),
    );
}

function shorten(store: Store, ended: Emergency): void {
  store
    .sql<[number, Buffer, string]>('update break_glass set ends_at = ?, mac = ? where id = ?')
    .run(ended.endsAt, emergencyMac(store, ended), ended.id);
}

/** Takes another workstation's emergency access, or that it ended earlier. @returns whether anything changed */
export function takeEmergency({ store }: Tx, told: Emergency): boolean {
  const known = store
    .sql<[string], StoredEmergency & { readonly mac: Buffer }>(`${selectEmergency} where id = ?`)
    .get(told.id);
  if (known === undefined) {
    putEmergency(store, told);
    return true;
  }
  const kept = checked(store, known);
  if (kept.patientId !== told.patientId || kept.endsAt <= told.endsAt) return false;
  shorten(store, { ...kept, endsAt: told.endsAt });
  return true;
}

/** It ended before its time. @throws CallError not-found, record-damaged */
export function endEmergency(tx: Tx, id: string): void {
  const { store } = tx;
  const ended = { ...readEmergency(store, id), endsAt: tx.now };
  shorten(store, ended);
  addOp(tx, 'emergency', ended.patientId, { id, op: nextVersion(tx) });
}

/** @throws CallError not-found, record-damaged */
export function readEmergency(store: Store, id: string): Emergency {
  const row = store
    .sql<[string], StoredEmergency & { readonly mac: Buffer }>(`${selectEmergency} where id = ?`)
    .get(id);
  if (row === undefined) throw new CallError('not-found', { ids: [id] });
  return checked(store, row);
}

/** Every emergency access to a chart, newest first. @throws CallError record-damaged */
export function emergenciesOf(store: Store, patientId: string): Emergency[] {
  return store
    .sql<[string], StoredEmergency & { readonly mac: Buffer }>(
      `${selectEmergency} where patient_id = ? order by id desc`,
    )
    .all(patientId)
    .map((row) => checked(store, row));
}

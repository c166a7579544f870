/** Steps 4 and 5 of taking a batch: its groups opened, their ops parsed, each in the place where it may stand. */

import { CallError } from '../../../../src-shared/contract/errors.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import { type SyncOp, op as syncOp } from '../../../../src-shared/sync-protocol/ops.ts';
import { lamportLimit, splitVersion } from '../../../../src-shared/sync-protocol/primitives.ts';
import { OpenError } from '../../crypto/aead.ts';
import { wipe } from '../../crypto/wipe.ts';
import { currentHead } from '../../store/head.ts';
import type { Store } from '../../store/open.ts';
import { openPatientKey } from '../../store/patient.ts';
import { openEnvelope } from '../envelope.ts';
import { type Group, groupKey, openGroup, readGroups, unpackLines } from '../groups.ts';
import type { Verified } from './verify.ts';

/** A batch that its own device made wrongly: set aside whole. */
export class BadBatch extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'BadBatch';
  }
}

/** Most that a counter may be ahead of every one seen so far. */
const leap = 2 ** 32;

export type OpenedGroup = Group &
  (
    | { readonly state: 'open'; readonly ops: readonly SyncOp[] }
    /** Its patient's key is not here, or older groups of the same patient wait for it. */
    | { readonly state: 'waits' }
    | { readonly state: 'erased' }
  );

export type GroupOrigin = { readonly clinic: string; readonly device: string; readonly seq: number };

/** All groups of a batch. @throws BadBatch */
export function openGroups(store: Store, { envelope }: Verified, clinicKey: Uint8Array): OpenedGroup[] {
  const { clinic, device, seq, kind } = envelope.header;
  let plain: Buffer | undefined;
  try {
    plain = openEnvelope(envelope, clinicKey);
    const opened = readGroups(plain).map((group) => openOne(store, { clinic, device, seq }, copied(group)));
    const ops = opened.flatMap((group) => (group.state === 'open' ? group.ops : []));
    if (ops.length > limits.batchOps) throw new BadBatch('too many ops');
    if (kind === 'snapshot' ? ops.length !== 1 || ops[0]?.k !== 'snapshot' : ops.some(({ k }) => k === 'snapshot')) {
      throw new BadBatch('a snapshot is alone in its batch');
    }
    return opened;
  } catch (error) {
    if (error instanceof OpenError) throw new BadBatch(error.message);
    throw error;
  } finally {
    wipe(plain);
  }
}

/** What waits outlives the batch's bytes, which are wiped. */
function copied({ patient, bytes }: Group): Group {
  return { patient, bytes: Buffer.from(bytes) };
}

/** @throws BadBatch @throws OpenError */
export function openOne(store: Store, origin: GroupOrigin, group: Group): OpenedGroup {
  const { patient, bytes } = group;
  if (patient === null) return { ...group, state: 'open', ops: opsOf(store, unpackLines(bytes), origin, null) };
  if (isErased(store, patient)) return { ...group, state: 'erased' };
  if (waitsAlready(store, patient)) return { ...group, state: 'waits' };
  const key = keyOf(store, patient);
  if (key === undefined) return { ...group, state: 'waits' };
  try {
    const text = openGroup({ kind: 'batch', ...origin }, patient, key, bytes);
    return { ...group, state: 'open', ops: opsOf(store, text, origin, patient) };
  } finally {
    wipe(key);
  }
}

/** The key of a patient's groups; undefined while it is not here. Wipe after use. */
export function keyOf(store: Store, patient: string): Buffer | undefined {
  let patientKey: Buffer | undefined;
  try {
    patientKey = openPatientKey(store, patient);
    return groupKey(patientKey);
  } catch (error) {
    // None, or under an epoch that comes with the next session.
    if (error instanceof CallError || error instanceof OpenError) return undefined;
    throw error;
  } finally {
    wipe(patientKey);
  }
}

export function isErased(store: Store, patient: string): boolean {
  return (
    store.sql<[string], { one: number }>('select 1 one from erasure where patient_id = ?').get(patient) !== undefined
  );
}

function waitsAlready(store: Store, patient: string): boolean {
  return (
    store.sql<[string], { one: number }>('select 1 one from sync_waiting where patient_id = ? limit 1').get(patient) !==
    undefined
  );
}

/** @throws BadBatch for what is no op, not of this device, or not of this group */
export function opsOf(store: Store, text: string, { device }: GroupOrigin, patient: string | null): SyncOp[] {
  const most = Math.min(lamportLimit, currentHead(store).lamport + leap);
  const ops: SyncOp[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    if (end < 0) throw new BadBatch('a line without an end');
    const parsed = syncOp.safeParse(parsedJson(text.slice(from, end)));
    from = end + 1;
    if (!parsed.success) throw new BadBatch('a line that is no op');
    const op = parsed.data;
    const { lamport, device: author } = splitVersion(op.v);
    if (author !== device || lamport >= most) throw new BadBatch('a version that is not its author’s');
    if (!belongs(op, patient)) throw new BadBatch('an op in another patient’s group');
    ops.push(op);
  }
  return ops;
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new BadBatch('a line that is no JSON');
  }
}

function belongs(op: SyncOp, patient: string | null): boolean {
  switch (op.k) {
    case 'create':
    case 'update':
    case 'delete':
      return op.type !== 'Patient' || op.id === patient;
    case 'settle':
      return true;
    case 'restriction':
    case 'emergency':
      return op.patient === patient;
    case 'erase':
    case 'import':
    case 'snapshot':
    case 'roster':
    case 'decide':
      return patient === null;
  }
}

/** Who made an op, where it says so. */
export function authorOf(op: SyncOp): string | null {
  if (op.k === 'emergency') return op.user;
  return 'author' in op ? op.author : null;
}

/** The row an op is about. */
export function rowOf(op: SyncOp): string | null {
  if (op.k === 'create' || op.k === 'update' || op.k === 'delete' || op.k === 'settle') return op.id;
  return null;
}

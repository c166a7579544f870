/** Checkpoints, cosignatures and certificates as the database keeps them. */
import { z } from 'zod';
import type { Store } from '../store/open.ts';
import type { SignedAction } from './checkpoint-note.ts';

export type CheckpointRow = {
  readonly number: number;
  readonly size: number;
  readonly note: string;
  /** JSON of SignedAction[]. */
  readonly actions: string;
};

const columns = 'number, size, note, actions';

export function lastCheckpoint(store: Store): CheckpointRow | undefined {
  return store.sql<[], CheckpointRow>(`select ${columns} from audit_checkpoint order by number desc limit 1`).get();
}

/** Number from which on checkpoints are at least of a size. Sizes never fall, so few of a hundred thousand are read. */
function numberOf(store: Store, size: number): number {
  const from = store.sql<[number], { number: number; size: number }>(
    'select number, size from audit_checkpoint where number >= ? order by number limit 1',
  );
  const last = store.sql<[], { number: number | null }>('select max(number) number from audit_checkpoint').get();
  let [low, high] = [0, (last?.number ?? -1) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = from.get(middle);
    if (found === undefined || found.size >= size) high = middle;
    else low = found.number + 1;
  }
  return low;
}

/** The latest whose size is at most this. */
export function checkpointUpTo(store: Store, size: number): CheckpointRow | undefined {
  const found = store
    .sql<[number], CheckpointRow>(
      `select ${columns} from audit_checkpoint where number < ? order by number desc limit 1`,
    )
    .get(numberOf(store, size + 1));
  return found !== undefined && found.size <= size ? found : undefined;
}

/** The earliest whose size is at least this. */
export function checkpointCovering(store: Store, size: number): CheckpointRow | undefined {
  const [found] = checkpointsFrom(store, numberOf(store, size), 1);
  return found !== undefined && found.size >= size ? found : undefined;
}

/** In order of their numbers from one on; `limit` at a time. */
export function checkpointsFrom(store: Store, number: number, limit: number): CheckpointRow[] {
  return store
    .sql<[number, number], CheckpointRow>(
      `select ${columns} from audit_checkpoint where number >= ? order by number limit ?`,
    )
    .all(number, limit);
}

export function writeCheckpoint(store: Store, row: CheckpointRow): void {
  store
    .sql<[number, number, string, string]>('insert into audit_checkpoint values (?, ?, ?, ?)')
    .run(row.number, row.size, row.note, row.actions);
}

const signedActions = z.array(
  z.strictObject({
    action: z.strictObject({
      certificate: z.string(),
      count: z.number().int().positive(),
      digest: z.string(),
      from: z.number().int().nonnegative(),
      head: z.string(),
      session: z.string(),
      to: z.number().int().positive(),
    }),
    signature: z.string(),
  }),
);

/** @returns undefined for text that is no list of signed actions */
export function parseActions(text: string): SignedAction[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Damaged text is an answer here: the caller names the checkpoint.
    return undefined;
  }
  const parsed = signedActions.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** A witness's line under a checkpoint. */
export function writeCosignature(store: Store, number: number, witness: string, line: string): void {
  store
    .sql<[number, string, string]>('insert or replace into audit_cosignature values (?, ?, ?)')
    .run(number, witness, line);
}

export type CosignatureRow = { readonly witness: string; readonly line: string };

export function cosignatureRows(store: Store, number: number): CosignatureRow[] {
  return store
    .sql<[number], CosignatureRow>('select witness, line from audit_cosignature where number = ? order by witness')
    .all(number);
}

export function cosignaturesOf(store: Store, number: number): string[] {
  return cosignatureRows(store, number).map(({ line }) => line);
}

/** One witness's line under a checkpoint, if there is one. */
export function cosignaturesBy(store: Store, number: number, witness: string): string[] {
  return store
    .sql<[number, string], { line: string }>('select line from audit_cosignature where number = ? and witness = ?')
    .all(number, witness)
    .map(({ line }) => line);
}

export type CertificateRow = { readonly id: string; readonly certificate: string; readonly signature: Buffer };

export function writeCertificate(store: Store, row: CertificateRow): void {
  store
    .sql<[string, string, Buffer]>('insert into audit_session values (?, ?, ?)')
    .run(row.id, row.certificate, row.signature);
}

export function readCertificate(store: Store, session: string): CertificateRow | undefined {
  return store
    .sql<[string], CertificateRow>('select id, certificate, signature from audit_session where id = ?')
    .get(session);
}

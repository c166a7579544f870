/**
 * Previewed imports outlive the core that looked into the files: the command line previews in one process and starts
 * in the next, and a lock in between costs nothing. Kept in the encrypted database, because paths may name people.
 */
import { z } from 'zod';
import { type ImportReport, importReport } from '../../../src-shared/contract/exchange.ts';
import { readMeta, writeMeta } from '../store/meta.ts';
import type { Store } from '../store/open.ts';

const name = 'previewed_imports';
/** The latest; who previews and never starts leaves nothing behind for long. */
const kept = 4;

const previews = z.array(z.strictObject({ report: importReport, paths: z.array(z.string()) }));
export type Preview = { readonly report: ImportReport; readonly paths: readonly string[] };

function readAll(store: Store): Preview[] {
  const parsed = previews.safeParse(JSON.parse(readMeta(store.db, name)?.toString('utf8') ?? '[]'));
  // What another version of the application previewed is previewed again.
  return parsed.success ? parsed.data : [];
}

function writeAll(store: Store, all: readonly Preview[]): void {
  writeMeta(store.db, name, Buffer.from(JSON.stringify(all), 'utf8'));
}

export function keepPreview(store: Store, preview: Preview): void {
  writeAll(store, [preview, ...readAll(store)].slice(0, kept));
}

export function readPreview(store: Store, id: string): Preview | null {
  return readAll(store).find(({ report }) => report.id === id) ?? null;
}

/** A preview that was called off stays to be looked at, and cannot be started. */
export function callOffPreview(store: Store, id: string): void {
  writeAll(
    store,
    readAll(store).map((one) =>
      one.report.id === id ? { ...one, report: { ...one.report, state: 'cancelled' } } : one,
    ),
  );
}

export function forgetPreview(store: Store, id: string): void {
  writeAll(
    store,
    readAll(store).filter(({ report }) => report.id !== id),
  );
}

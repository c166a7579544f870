/** PouchDB as an offline clinic app runs it on a desktop: leveldb underneath, pouchdb-find for queries. */
import leveldb from 'pouchdb-adapter-leveldb';
import Pouch from 'pouchdb-core';
import find from 'pouchdb-find';

export type Replicated = { readonly ok: boolean; readonly docs_written: number };
export type ReplicationOptions = { readonly batch_size?: number; readonly batches_limit?: number };

/** The part of PouchDB in use; the package has no declarations of its own. */
export type PouchDatabase = {
  info(): Promise<{ readonly doc_count: number }>;
  bulkDocs(docs: readonly object[]): Promise<unknown>;
  put(doc: object): Promise<unknown>;
  allDocs(query: object): Promise<{ readonly rows: readonly unknown[] }>;
  find(query: object): Promise<{ readonly docs: readonly unknown[] }>;
  /** With the replication plugin. */
  readonly replicate: {
    to(other: PouchDatabase, options: ReplicationOptions): Promise<Replicated>;
    from(other: PouchDatabase, options: ReplicationOptions): Promise<Replicated>;
  };
  close(): Promise<void>;
};

Pouch.plugin(leveldb).plugin(find);

export function openPouch(folder: string): PouchDatabase {
  return new Pouch(folder, { adapter: 'leveldb' });
}

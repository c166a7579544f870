/** What was acknowledged before the kill, and whether a reopened database still has all of it. */

import type { Store } from '../../../src-main/core/store/open.ts';
import { readHistory } from '../../../src-main/core/store/record.ts';
import { digestOfText, type Written } from '../record/writes.ts';

export class Ledger {
  /** The last acknowledged state of each thing. */
  readonly #kept = new Map<string, Written>();
  /** What a write that was never acknowledged may have changed as well. */
  #open = new Set<string>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  begins(ids: readonly string[]): void {
    for (const id of ids) this.#open.add(id);
  }

  wrote(written: readonly Written[]): void {
    for (const one of written) this.#kept.set(`${one.what} ${one.id}`, one);
    this.#open = new Set();
    this.#count += 1;
  }

  /** @returns the first acknowledged write that is lost, undefined when all are there */
  lost(store: Store): string | undefined {
    for (const one of this.#kept.values()) {
      const found = one.what === 'resource' ? this.#resourceThere(store, one) : this.#draftThere(store, one);
      if (!found) return `an acknowledged ${one.what} is lost`;
    }
    return undefined;
  }

  #resourceThere(store: Store, kept: Written): boolean {
    const row = store
      .sql<[string], { version: number; json: string }>('select version, json from resource where id = ?')
      .get(kept.id);
    if (row === undefined || row.version < kept.version) return false;
    if (row.version === kept.version) return digestOfText(row.json) === kept.digest;
    // A later version is right only where a write was under way, and then the acknowledged one is its history.
    const older = readHistory(store, kept.id).find(({ version }) => version === kept.version);
    return this.#open.has(kept.id) && older !== undefined && digestOfText(older.json) === kept.digest;
  }

  #draftThere(store: Store, kept: Written): boolean {
    if (this.#open.has(kept.id)) return true;
    const row = store.sql<[string], { json: string }>('select json from draft where id = ?').get(kept.id);
    return kept.digest === null ? row === undefined : row !== undefined && digestOfText(row.json) === kept.digest;
  }
}

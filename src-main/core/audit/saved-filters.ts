/** Filters that a user keeps for the next time: their own only, by name. */
import { type SavedFilter, savedFilter } from '../../../src-shared/contract/audit-filter.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Store } from '../store/open.ts';
import { newId, type Tx } from '../store/transaction.ts';

/** More than anybody chooses from. */
const most = 100;

export function readFilters(
  store: Store,
  owner: string,
): { readonly id: string; readonly name: string; readonly filter: SavedFilter }[] {
  const rows = store
    .sql<[string], { id: string; name: string; filter: string }>(
      'select id, name, filter from audit_filter where owner = ? order by name',
    )
    .all(owner);
  return rows.flatMap(({ id, name, filter }) => {
    // One that an older version wrote and this one does not understand is not offered.
    const parsed = savedFilter.safeParse(JSON.parse(filter));
    return parsed.success ? [{ id, name, filter: parsed.data }] : [];
  });
}

/** @returns its id. @throws CallError invalid-input where there are too many */
export function saveFilter(tx: Tx, owner: string, name: string, filter: SavedFilter): string {
  const { store } = tx;
  const known = store
    .sql<[string, string], { id: string }>('select id from audit_filter where owner = ? and name = ?')
    .get(owner, name);
  const id = known?.id ?? newId(tx.now);
  if (known === undefined) {
    const held = store.sql<[string], { n: number }>('select count(*) n from audit_filter where owner = ?').get(owner);
    if ((held?.n ?? 0) >= most) throw new CallError('invalid-input', { field: 'name' });
  }
  store
    .sql<[string, string, string, string]>(
      `insert into audit_filter (id, owner, name, filter) values (?, ?, ?, ?)
       on conflict (owner, name) do update set filter = excluded.filter`,
    )
    .run(id, owner, name, JSON.stringify(filter));
  return id;
}

/** @throws CallError not-found, also for another's */
export function deleteFilter(tx: Tx, owner: string, id: string): void {
  const { changes } = tx.store
    .sql<[string, string]>('delete from audit_filter where id = ? and owner = ?')
    .run(id, owner);
  if (changes === 0) throw new CallError('not-found');
}

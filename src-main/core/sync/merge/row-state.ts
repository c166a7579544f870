/** A row's state out of the store, and back into it. */
import { z } from 'zod';
import { columnsOf } from '../../store/columns.ts';
import { deletedField, elementVersions, highestOf, versionsText, wholeField } from '../../store/field-versions.ts';
import { topLevelFields } from '../../store/fields.ts';
import { addLost, readLost, settleLost } from '../../store/lost-writes.ts';
import { readMerged, writeMerged } from '../../store/merged-state.ts';
import type { Store } from '../../store/open.ts';
import { changeLine } from '../../store/patient.ts';
import type { ResourceRow } from '../../store/row.ts';
import { replaceRow, versionsOf } from '../../store/row-write.ts';
import type { Tx } from '../../store/transaction.ts';
import {
  composed,
  type Deletion,
  hiddenBehind,
  holdingDeletion,
  type Lost,
  lostKey,
  type RowState,
  type Writer,
} from './state.ts';

const coversOf = z.record(z.string(), z.string());

type Past = Pick<ResourceRow, 'fieldVersions' | 'batch' | 'authorUser' | 'updatedAt' | 'deleted'>;

/** Who wrote what, as far as the row's history tells: each version of it is by the author of its highest write. */
function writersOf(store: Store, row: ResourceRow): Map<string, Writer> {
  const past = store
    .sql<[number], Past>(
      `select field_versions fieldVersions, batch, author_user authorUser, updated_at updatedAt, deleted
       from resource_history where row = ? order by version`,
    )
    .all(row.row);
  const writers = new Map<string, Writer>();
  for (const { deleted, authorUser, updatedAt, ...of } of [...past, row]) {
    if (deleted === 1) continue;
    const versions = versionsOf(store, of);
    const version = wholeVersion(versions);
    if (!writers.has(version)) writers.set(version, { author: authorUser, at: updatedAt });
  }
  return writers;
}

const wholeVersion = (versions: ReadonlyMap<string, string>): string =>
  versions.get(wholeField) ?? highestOf(elementVersions(versions).values());

/** Versions of writes and deletions that this row's history has seen. */
export function wasTaken(store: Store, row: ResourceRow, version: string): boolean {
  const text = JSON.stringify(version);
  return (
    row.fieldVersions?.includes(text) === true ||
    store
      .sql<[number, string], { one: number }>(
        'select 1 one from resource_history where row = ? and instr(field_versions, ?) > 0 limit 1',
      )
      .get(row.row, text) !== undefined
  );
}

/** @throws CallError record-damaged */
export function loadState(store: Store, row: ResourceRow): RowState {
  const kept = readMerged(store, row.id);
  const named = versionsOf(store, row);
  const versions = elementVersions(named);
  const texts = topLevelFields(row.json);
  for (const [name, text] of Object.entries(kept?.hidden ?? {})) {
    if (text === null) texts.delete(name);
    else texts.set(name, text);
  }
  const writers = writersOf(store, row);
  for (const [version, [author, at]] of Object.entries(kept?.writers ?? {})) writers.set(version, { author, at });
  const lost = new Map<string, Lost>();
  const deletions = new Map<string, Deletion>();
  for (const one of readLost(store, row.id)) {
    if (one.field !== deletedField) lost.set(lostKey(one.field, one.version), one);
    else {
      const covers = new Map(Object.entries(coversOf.parse(JSON.parse(one.text ?? '{}'))));
      deletions.set(one.version, { version: one.version, covers, author: one.author, at: one.at });
    }
  }
  const held = named.get(deletedField);
  if (row.deleted === 1 && held !== undefined) {
    deletions.set(held, { version: held, covers: new Map(versions), author: row.authorUser, at: row.updatedAt });
  }
  const version = wholeVersion(named);
  const { author, at } = writers.get(version) ?? { author: null, at: 0 };
  const { encounterId: encounter, source } = row;
  const whole = { version, json: kept?.whole ?? row.json, encounter, source, author, at };
  return { whole, versions, texts, writers, lost, deletions };
}

/** What text a row shows: the state's where it is a resource, else its highest write as its author left it. */
export type Shown = (text: string) => boolean;

/**
 * Writes what a state has become.
 * @param valid whether a merged text is a resource; asked only where it is nobody's own
 * @returns what the row shows
 */
export function saveState(tx: Tx, row: ResourceRow, state: RowState, valid: Shown): string {
  const { store } = tx;
  const text = composed(state);
  const shown = text === state.whole.json || valid(text) ? text : state.whole.json;
  const deletion = holdingDeletion(state);
  const whole = highestOf(state.versions.values()) === state.whole.version ? undefined : state.whole.version;
  const fieldVersions = versionsText(state.versions, {
    ...(whole !== undefined && { whole }),
    ...(deletion !== null && { deleted: deletion.version }),
  });
  const { author, at } = deletion ?? state.whole;
  saveLost(tx, row.id, state, deletion);
  if (
    row.json !== shown ||
    row.deleted !== (deletion === null ? 0 : 1) ||
    !sameVersions(row.fieldVersions, fieldVersions)
  ) {
    const resource: unknown = JSON.parse(shown);
    replaceRow(tx, row, {
      ...columnsOf(resource),
      encounterId: state.whole.encounter,
      source: state.whole.source,
      deleted: deletion === null ? 0 : 1,
      signed: 0,
      authorUser: author,
      json: shown,
      fieldVersions,
      updatedAt: at,
    });
    if (row.type === 'Patient' && row.json !== shown) changeLine(store, row.id, resource);
  }
  saveMerged(tx, row, state, shown);
  return shown;
}

function sameVersions(before: string | null, after: string): boolean {
  if (before === null) return false;
  const [old, now] = [before, after].map((text) => new Map(Object.entries(coversOf.parse(JSON.parse(text)))));
  return (
    old !== undefined && now !== undefined && old.size === now.size && [...now].every(([f, v]) => old.get(f) === v)
  );
}

function saveLost(tx: Tx, id: string, state: RowState, deletion: Deletion | null): void {
  const wanted = new Map<string, Lost>(state.lost);
  for (const { version, covers, author, at } of state.deletions.values()) {
    // The one that holds stands in the row itself.
    if (version === deletion?.version) continue;
    const text = JSON.stringify(Object.fromEntries([...covers].sort()));
    wanted.set(lostKey(deletedField, version), { field: deletedField, version, text, author, at });
  }
  for (const one of readLost(tx.store, id)) {
    const key = lostKey(one.field, one.version);
    if (wanted.has(key)) wanted.delete(key);
    else settleLost(tx, id, one);
  }
  for (const one of wanted.values()) addLost(tx, id, one);
}

function saveMerged(tx: Tx, row: ResourceRow, state: RowState, shown: string): void {
  const { store } = tx;
  const hidden = hiddenBehind(shown, state.texts);
  const told = new Map<string, Writer>(writersOf(store, row));
  // A deleted row has the author of its deletion: who wrote what it would show again is kept beside it.
  const known = new Map<string, Writer>(state.writers);
  known.delete(state.whole.version);
  if (holdingDeletion(state) !== null) known.set(state.whole.version, state.whole);
  const writers = [...known].filter(([version]) => !told.has(version));
  const whole = state.whole.json === shown ? null : state.whole.json;
  const nothing = whole === null && hidden.size === 0 && writers.length === 0;
  if (nothing && readMerged(store, row.id) === null) return;
  writeMerged(
    tx,
    row.id,
    nothing
      ? null
      : {
          whole,
          hidden: Object.fromEntries([...hidden].sort()),
          writers: Object.fromEntries(writers.map(([version, { author, at }]) => [version, [author, at] as const])),
        },
  );
}

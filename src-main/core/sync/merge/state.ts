/**
 * The state of one row as all its writes left it (docs/protocols/sync.md, "Merge"). Pure: the same writes give the same
 * state in every order in which each comes after those its author had seen.
 *
 * Per element it holds the write with the highest version; a write that is neither that one nor replaced by any is
 * lost, and listed. A deletion holds as long as what it covers is all there is.
 */
import { compareVersions } from '../../../../src-shared/sync-protocol/primitives.ts';
import { deletedField, versionOf } from '../../store/field-versions.ts';
import { elementOf, elementText, topLevelFields } from '../../store/fields.ts';

export type Writer = { readonly author: string | null; readonly at: number };
export type Content = Writer & {
  readonly version: string;
  readonly json: string;
  readonly encounter: string | null;
  readonly source: string | null;
};
/** `text`: the element as it stands in its object (`elementText`); null: it was taken out. */
export type Lost = Writer & { readonly field: string; readonly version: string; readonly text: string | null };
export type Deletion = Writer & { readonly version: string; readonly covers: ReadonlyMap<string, string> };

export type RowState = {
  /** The write with the highest version, as its author left it. */
  whole: Content;
  /** Element → version of the write its text is from; `*` for all others. */
  readonly versions: Map<string, string>;
  /** Member → text, of all that is there. */
  readonly texts: Map<string, string>;
  /** Who wrote what of this is not `whole`'s, as far as it is known. */
  readonly writers: Map<string, Writer>;
  /** By `lostKey`. */
  readonly lost: Map<string, Lost>;
  /** Deletions nobody has settled, by version. */
  readonly deletions: Map<string, Deletion>;
};

export type Update = Content & {
  readonly fields: ReadonlyMap<string, string>;
  readonly settles: readonly (readonly [field: string, version: string])[];
};

export const lostKey = (field: string, version: string): string => `${version} ${field}`;

const higher = (a: string, b: string): boolean => compareVersions(a, b) > 0;

export function created(content: Content): RowState {
  return {
    whole: content,
    versions: new Map([['*', content.version]]),
    texts: topLevelFields(content.json),
    writers: new Map(),
    lost: new Map(),
    deletions: new Map(),
  };
}

/** What is known of the write with this version. */
function writerOf(state: RowState, version: string): Writer {
  if (state.whole.version === version) return state.whole;
  return state.writers.get(version) ?? { author: null, at: 0 };
}

/** Takes a write into the state. */
export function takeUpdate(state: RowState, write: Update): void {
  const { version } = write;
  const own = topLevelFields(write.json);
  const before = new Map(state.versions);
  for (const [field, replaced] of write.fields) {
    state.lost.delete(lostKey(field, replaced));
    const current = versionOf(before, field);
    if (current === version) continue;
    if (current !== replaced && higher(current, version)) {
      addLost(state, { field, version, text: elementText(own, field), author: write.author, at: write.at });
      continue;
    }
    if (current !== replaced) {
      const { author, at } = writerOf(state, current);
      addLost(state, { field, version: current, text: elementText(state.texts, field), author, at });
    }
    state.versions.set(field, version);
    for (const name of [field, `_${field}`]) {
      const text = own.get(name);
      if (text === undefined) state.texts.delete(name);
      else state.texts.set(name, text);
    }
  }
  takeSettled(state, write.settles);
  const { author, at } = write;
  if (higher(version, state.whole.version)) {
    const { whole } = state;
    state.writers.set(whole.version, { author: whole.author, at: whole.at });
    const { json, encounter, source } = write;
    state.whole = { version, json, encounter, source, author, at };
  } else state.writers.set(version, { author, at });
  forgetWriters(state);
}

/** The writers of what is neither shown nor merged any more need not be known. */
function forgetWriters({ writers, versions, whole }: RowState): void {
  const named = new Set(versions.values());
  for (const version of writers.keys()) if (!named.has(version) || version === whole.version) writers.delete(version);
}

function addLost(state: RowState, lost: Lost): void {
  state.lost.set(lostKey(lost.field, lost.version), lost);
}

export function takeDelete(state: RowState, deletion: Deletion): void {
  state.deletions.set(deletion.version, deletion);
}

/** Lost values that somebody looked at and let go. */
export function takeSettled(state: RowState, settles: Update['settles']): void {
  for (const [field, version] of settles) {
    if (field === deletedField) state.deletions.delete(version);
    else state.lost.delete(lostKey(field, version));
  }
}

/** The deletion that holds, the last of several; null for a row that is there. */
export function holdingDeletion(state: RowState): Deletion | null {
  if (state.lost.size > 0) return null;
  let found: Deletion | null = null;
  for (const deletion of state.deletions.values()) {
    if (covered(state.versions, deletion.covers) && (found === null || higher(deletion.version, found.version))) {
      found = deletion;
    }
  }
  return found;
}

function covered(versions: ReadonlyMap<string, string>, covers: ReadonlyMap<string, string>): boolean {
  for (const field of new Set([...versions.keys(), ...covers.keys()])) {
    if (versionOf(versions, field) !== versionOf(covers, field)) return false;
  }
  return true;
}

/** `whole` with every element in the state's text; `whole` itself, byte for byte, where it says the same. */
export function composed({ whole, texts }: Pick<RowState, 'texts'> & { whole: { json: string } }): string {
  const of = topLevelFields(whole.json);
  let same = of.size === texts.size;
  for (const [name, text] of texts) same &&= of.get(name) === text;
  if (same) return whole.json;
  const names = [...of.keys()].filter((name) => texts.has(name));
  const others = [...texts.keys()].filter((name) => !of.has(name)).sort();
  return `{${[...names, ...others].map((name) => `${JSON.stringify(name)}:${texts.get(name) ?? 'null'}`).join(',')}}`;
}

/** Members of the state that the text shown does not have so: name → the state's text, null where it has none. */
export function hiddenBehind(shown: string, texts: ReadonlyMap<string, string>): Map<string, string | null> {
  const of = topLevelFields(shown);
  const hidden = new Map<string, string | null>();
  for (const name of new Set([...of.keys(), ...texts.keys()])) {
    const text = texts.get(name);
    if (of.get(name) !== text) hidden.set(name, text ?? null);
  }
  return hidden;
}

/** Elements whose state is not what is shown. */
export function hiddenElements(hidden: Iterable<string>): string[] {
  return [...new Set([...hidden].map(elementOf))].sort();
}

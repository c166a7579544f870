/** Which write each element of a row is from: element → version, `*` for all others, and what is beside the elements. */
import { compareVersions } from '../../../src-shared/sync-protocol/primitives.ts';

/** The deletion that holds; also the field under which one that does not hold is listed. */
export const deletedField = '$deleted';
/** The write whose text the row has as its whole, where no element names it: it changed none. */
export const wholeField = '$whole';

/** Version of the write that an element's text is from. */
export function versionOf(versions: ReadonlyMap<string, string>, field: string): string {
  return versions.get(field) ?? versions.get('*') ?? '';
}

/** The highest of these versions; the empty text when there is none. */
export function highestOf(versions: Iterable<string>): string {
  let found = '';
  for (const version of versions) if (compareVersions(version, found) > 0) found = version;
  return found;
}

/** Without what is beside the elements. */
export function elementVersions(versions: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...versions].filter(([field]) => !field.startsWith('$')));
}

/** As JSON for the row. */
export function versionsText(
  elements: ReadonlyMap<string, string>,
  beside: { readonly whole?: string; readonly deleted?: string } = {},
): string {
  const named = new Map(elements);
  if (beside.whole !== undefined) named.set(wholeField, beside.whole);
  if (beside.deleted !== undefined) named.set(deletedField, beside.deleted);
  return JSON.stringify(Object.fromEntries(named));
}

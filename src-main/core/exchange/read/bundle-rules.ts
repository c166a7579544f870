/**
 * The rules of the Bundle itself. Its entries' resources are validated alone (`#id` means something else inside a
 * Bundle for Medplum's `%rootResource`), so that stand-ins take their place here, and a long Bundle is shown to the
 * validator in slices: its rules look at each entry and at the first one, except bdl-7, which is quadratic there and
 * is checked here.
 */
import { isObject, type JsonObject, listAt, member, textAt } from '../../../../src-shared/fhir/json.ts';
import { type Issue, issue, joinPath } from '../../../../src-shared/fhir/refusals.ts';

const sliceLength = 100;

export function* bundleIssues(
  bundle: JsonObject,
  path: string,
  judge: (bundle: JsonObject) => readonly Issue[],
): Generator<Issue> {
  const entries = listAt(bundle, 'entry').map(standIn);
  yield* repeatedUrls(bundle, path);
  const first = entries.slice(0, 1);
  for (let from = 0; from === 0 || from < entries.length; from += sliceLength) {
    const slice = entries.slice(from, from + sliceLength);
    const shown = from === 0 ? slice : [...first, ...slice];
    const shift = from === 0 ? 0 : from - 1;
    const part: JsonObject = 'entry' in bundle ? { ...bundle, entry: shown } : bundle;
    for (const found of judge(part)) {
      const at = /^entry\[(\d+)\]/.exec(path === '' ? found.path : found.path.slice(path.length + 1));
      if (at === null) {
        if (from === 0) yield found;
        continue;
      }
      const index = Number(at[1]);
      if (from !== 0 && index === 0) continue; // said with the first slice
      const within = found.path.slice(joinPath(path, at[0]).length);
      if (within.startsWith('.resource') || within.startsWith('.response.outcome')) continue; // validated alone
      yield { ...found, path: joinPath(path, `entry[${index + shift}]`) + within };
    }
  }
}

type Entry = { readonly [name: string]: JsonObject[string] };

/** The entry with its resource replaced by what the Bundle's rules ask of it: its version and, of the first, its type. */
function standIn(entry: unknown, index: number): Entry {
  if (!isObject(entry)) return {};
  const held = entry.resource;
  if (!isObject(held)) return entry;
  const resourceType = (index === 0 ? textAt(held, 'resourceType') : undefined) ?? 'Basic';
  const versionId = textAt(member(held, 'meta'), 'versionId');
  return { ...entry, resource: { resourceType, id: 'x', ...(versionId === undefined ? {} : { meta: { versionId } }) } };
}

/** bdl-7: a fullUrl names one entry only, or one per version; in a history it may come again. */
function* repeatedUrls(bundle: JsonObject, path: string): Generator<Issue> {
  if (textAt(bundle, 'type') === 'history') return;
  const seen = new Set<string>();
  for (const [index, entry] of listAt(bundle, 'entry').entries()) {
    const url = textAt(entry, 'fullUrl');
    if (url === undefined) continue;
    const key = `${url} ${textAt(member(member(entry, 'resource'), 'meta'), 'versionId') ?? ''}`;
    if (seen.has(key)) {
      const text =
        'FullUrl must be unique in a bundle, or else entries with the same fullUrl must have different meta.versionId';
      yield issue(joinPath(path, `entry[${index}]`), 'rule', { rule: 'bdl-7', text });
    }
    seen.add(key);
  }
}

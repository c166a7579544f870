/**
 * Which fullUrl each exported entry gets, so that references resolve by FHIR's own rule (R4 Bundle, "Resolving
 * references in Bundles"): an absolute reference must equal a fullUrl; a relative one (`Type/id`) is appended to the
 * base of its own entry's RESTful fullUrl. See docs/protocols/export.md.
 */
import { allRows, type ExportInput, type ExportRow } from './input.ts';
import { findReferences } from './references.ts';

/** Base of addresses made up for resources that came without one. `.invalid` never resolves (RFC 2606). */
export const inventedBase = 'https://carekeep.invalid/fhir';

export type Addresses = {
  readonly fullUrlOf: (row: ExportRow) => string;
  /** The row that `reference`, as written in `row`, means; undefined when it is not part of the export. */
  readonly resolve: (row: ExportRow, reference: string) => ExportRow | undefined;
  /** References whose target is in the export but which FHIR's rule does not lead there (see the protocol page). */
  readonly lenient: number;
};

type Edge = { readonly from: ExportRow; readonly path: string; readonly to: ExportRow | undefined };

const restful = /^(https?:\/\/\S+)\/([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/;
const relative = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/;
/** The same without `/_history/version`: within a bundle the entry's own version is meant. */
const unversioned = (reference: string): string => reference.replace(/\/_history\/[A-Za-z0-9.-]{1,64}$/, '');

export function planAddresses(input: ExportInput): Addresses {
  const rows = allRows(input);
  const resolve = resolver(input, rows);
  const urls = new Map<string, string>();
  const taken = new Set<string>();
  /** Rows whose address is new and not yet handed on. */
  const fresh: string[] = [];
  const edges: Edge[] = [];
  const absolute: { from: ExportRow; text: string; to: ExportRow }[] = [];
  for (const from of rows) {
    if (from.local || from.type === 'Bundle') continue;
    for (const { text } of findReferences(from.json)) {
      if (text.startsWith('#')) continue;
      const to = resolve(from, text);
      if (relative.test(unversioned(text))) edges.push({ from, path: unversioned(text), to });
      else if (to !== undefined) absolute.push({ from, text: unversioned(text), to });
    }
  }
  const named = new Set(absolute.map(({ text }) => text));
  const inRelative = new Set(edges.flatMap(({ from, to }) => (to === undefined ? [from.id] : [from.id, to.id])));
  const touching = new Map<string, Edge[]>();
  for (const edge of edges) {
    for (const row of edge.to === undefined ? [edge.from] : [edge.from, edge.to]) {
      const held = touching.get(row.id);
      if (held === undefined) touching.set(row.id, [edge]);
      else held.push(edge);
    }
  }

  keepOriginals();
  spread();
  // What others call by an absolute address has that address.
  for (const { text, to } of absolute) give(to, text);
  spread();
  for (const row of rows) {
    if (urls.has(row.id) || row.local || !inRelative.has(row.id)) continue;
    give(row, addressUnder(`${inventedBase}/${row.importId ?? 'unknown'}`, row));
    spread();
  }
  const fullUrlOf = (row: ExportRow): string => urls.get(row.id) ?? `urn:uuid:${row.id}`;

  let lenient = 0;
  for (const { from, path, to } of edges) {
    if (to !== undefined && `${baseOf(fullUrlOf(from)) ?? ''}/${path}` !== fullUrlOf(to)) lenient += 1;
  }
  for (const { text, to } of absolute) if (fullUrlOf(to) !== text) lenient += 1;
  return { fullUrlOf, resolve, lenient };

  /**
   * The address it came with, the newest row first where several came with the same one (bdl-7 wants them distinct).
   * A urn that nobody uses gives way where relative references could not work from it.
   */
  function keepOriginals(): void {
    const newestFirst = rows
      .filter((row) => !row.local && row.fullUrl !== null)
      .sort((a, b) => b.source.at - a.source.at);
    for (const row of newestFirst) {
      const url = row.fullUrl ?? '';
      if (/\/_history\//.test(url)) continue; // bdl-8
      if (!restful.test(url) && inRelative.has(row.id) && !named.has(url) && row.originalId !== null) continue;
      give(row, url);
    }
  }

  function give(row: ExportRow, url: string): void {
    if (url === '' || urls.has(row.id) || taken.has(url) || row.local) return;
    urls.set(row.id, url);
    taken.add(url);
    fresh.push(row.id);
  }

  /** Both ends of a relative reference share a base: hands the new addresses' bases on to who has none yet. */
  function spread(): void {
    for (let id = fresh.pop(); id !== undefined; id = fresh.pop()) {
      for (const { from, path, to } of touching.get(id) ?? []) {
        if (to === undefined) continue;
        const base = baseOf(urls.get(from.id));
        const target = urls.get(to.id);
        if (base !== undefined) give(to, `${base}/${path}`);
        else if (target?.endsWith(`/${path}`)) give(from, addressUnder(target.slice(0, -path.length - 1), from));
      }
    }
  }
}

const addressUnder = (base: string, row: ExportRow): string => `${base}/${row.type}/${row.originalId ?? row.id}`;

function baseOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : restful.exec(url)?.[1];
}

/** The row's own map, then the same import (a relative reference means one thing per import), then the chart's map, then ours. */
function resolver(input: ExportInput, rows: readonly ExportRow[]): Addresses['resolve'] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const perImport = new Map<string, ExportRow>();
  for (const row of rows) {
    if (row.importId === null) continue;
    if (row.fullUrl !== null) perImport.set(`${row.importId} ${row.fullUrl}`, row);
    if (row.originalId !== null) perImport.set(`${row.importId} ${row.type}/${row.originalId}`, row);
  }
  return (row, reference) => {
    const plain = unversioned(reference);
    const own = row.references;
    if (own !== undefined && Object.hasOwn(own, reference)) return byId.get(own[reference] ?? '');
    const same = row.importId === null ? undefined : perImport.get(`${row.importId} ${plain}`);
    if (same !== undefined) return same;
    const mapped = [reference, plain].find((text) => Object.hasOwn(input.references, text));
    if (mapped !== undefined) return byId.get(input.references[mapped] ?? '');
    const id = plain.startsWith('urn:uuid:') ? plain.slice(9) : relative.exec(plain)?.[2];
    const target = id === undefined ? undefined : byId.get(id);
    return target?.local === true || row.local ? target : undefined;
  };
}

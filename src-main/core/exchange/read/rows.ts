/** One document as rows: each resource parsed, validated, its columns and references read, its text kept as it came. */

import { cutEnvelope } from '../../../../src-shared/fhir/envelope.ts';
import { extract } from '../../../../src-shared/fhir/extract.ts';
import { isObject, type Json, type JsonObject } from '../../../../src-shared/fhir/json.ts';
import { minify } from '../../../../src-shared/fhir/minify.ts';
import type { FoundReference } from '../../../../src-shared/fhir/references.ts';
import { bundleTarget } from '../../../../src-shared/fhir/references.ts';
import { type Issue, issue, joinPath } from '../../../../src-shared/fhir/refusals.ts';
import type { Scan } from '../../../../src-shared/fhir/scan.ts';
import type { ImportBundle, ImportRow, RowReference } from './messages.ts';
import { validate } from './validate.ts';

export type RowPart =
  | { readonly kind: 'row'; readonly row: ImportRow }
  | { readonly kind: 'bundle'; readonly bundle: ImportBundle }
  | { readonly kind: 'issue'; readonly issue: Issue };

export type RowSource = {
  readonly bytes: Uint8Array;
  readonly scan: Scan;
  readonly file: number;
  readonly line: number | undefined;
  /** Number this document gets if it is a Bundle. */
  readonly bundle: number;
  readonly today: string;
  readonly sha256: (data: Uint8Array) => Uint8Array;
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Rows and issues of a document, a Bundle's own part last. */
export function* rowsOf(source: RowSource): Generator<RowPart> {
  const { scan } = source;
  if (scan.resourceType === 'Bundle') yield* rowsOfBundle(source);
  else yield* rowOf(source, { start: scan.start, end: scan.end, path: '', fullUrl: undefined });
}

type Spot = {
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly fullUrl: string | undefined;
  readonly entry?: number;
  readonly entryOf?: (reference: FoundReference) => number | undefined;
};

function* rowOf(source: RowSource, spot: Spot): Generator<RowPart, JsonObject | undefined> {
  const { bytes, file, line } = source;
  const text = decoder.decode(bytes.subarray(spot.start, spot.end));
  const resource = parse(text);
  if (resource === undefined) {
    yield { kind: 'issue', issue: issue(spot.path, 'not-json') };
    return undefined;
  }
  const issues = validate(resource, spot.path);
  for (const found of issues) yield { kind: 'issue', issue: found };
  if (issues.length > 0) return resource;

  const { references, ...columns } = extract(resource, source.today);
  const rowReferences: RowReference[] = [];
  for (const reference of references) {
    const entry = spot.entryOf?.(reference);
    if (entry !== undefined) rowReferences.push({ ...reference, entry });
    else if (reference.reference.startsWith('urn:uuid:')) {
      yield { kind: 'issue', issue: issue(joinPath(spot.path, reference.path), 'urn-missing') };
    } else rowReferences.push(reference);
  }
  const row: ImportRow = {
    file,
    ...(line === undefined ? {} : { line }),
    ...(spot.entry === undefined ? {} : { bundle: source.bundle, entry: spot.entry }),
    path: spot.path,
    type: columns.type,
    sourceId: columns.id,
    fullUrl: spot.fullUrl,
    text,
    hash16: hash16(source, spot.start, spot.end),
    columns,
    references: rowReferences,
  };
  yield { kind: 'row', row };
  return resource;
}

function* rowsOfBundle(source: RowSource): Generator<RowPart> {
  const { bytes, scan, file, line, bundle } = source;
  const entryOf = entryFinder(scan);
  const standIns = new Map<number, JsonObject>();
  for (const [entry, span] of scan.entries.entries()) {
    if (span.start === -1) continue;
    const path = `entry[${entry}].resource`;
    const spot: Spot = {
      start: span.start,
      end: span.end,
      path,
      fullUrl: span.fullUrl,
      entry,
      entryOf: (reference) => entryOf(reference, span.fullUrl),
    };
    const resource = yield* rowOf(source, spot);
    if (resource === undefined) return;
    standIns.set(entry, { resourceType: resource.resourceType ?? '', meta: resource.meta ?? {} });
  }
  const envelope = cutEnvelope(bytes, scan.start, scan.end, scan.entries);
  const parsed = parse(envelope);
  if (parsed === undefined) return yield { kind: 'issue', issue: issue('', 'not-json') };
  const issues = validate(withStandIns(parsed, standIns), '', 'envelope');
  for (const found of issues) yield { kind: 'issue', issue: found };
  if (issues.length > 0) return;
  const bundleType = scan.type ?? '';
  const whole = bundleType === 'document';
  yield {
    kind: 'bundle',
    bundle: {
      file,
      ...(line === undefined ? {} : { line }),
      bundle,
      bundleType,
      sourceId: scan.id,
      entries: scan.entries.length,
      whole,
      text: whole ? decoder.decode(bytes.subarray(scan.start, scan.end)) : envelope,
      hash16: hash16(source, scan.start, scan.end),
    },
  };
}

function withStandIns(envelope: JsonObject, standIns: ReadonlyMap<number, JsonObject>): JsonObject {
  if (!Array.isArray(envelope.entry)) return envelope;
  const entry = envelope.entry.map((each: Json, index): Json => {
    const standIn = standIns.get(index);
    return isObject(each) && standIn !== undefined ? { ...each, resource: standIn } : each;
  });
  return { ...envelope, entry };
}

/** Which entry a reference leads to: by fullUrl as FHIR says, else by type and id, as many senders mean it. */
function entryFinder(scan: Scan): (reference: FoundReference, fullUrl: string | undefined) => number | undefined {
  const byUrl = new Map<string, number>();
  const byId = new Map<string, number>();
  for (const [entry, span] of scan.entries.entries()) {
    if (span.fullUrl !== undefined) byUrl.set(urlKey(span.fullUrl), entry);
    if (span.resourceType !== undefined && span.id !== undefined) byId.set(`${span.resourceType}/${span.id}`, entry);
  }
  return (reference, fullUrl) => {
    const target = bundleTarget(reference, fullUrl);
    const found = target === undefined ? undefined : byUrl.get(urlKey(target));
    return (
      found ??
      (reference.kind === 'relative' ? byId.get(reference.reference.replace(/\/_history\/.*$/, '')) : undefined)
    );
  };
}

/** UUIDs are compared without regard to case (RFC 9562 §4). */
function urlKey(url: string): string {
  return url.startsWith('urn:uuid:') ? url.toLowerCase() : url;
}

function hash16(source: RowSource, start: number, end: number): Uint8Array {
  return new Uint8Array(source.sha256(minify(source.bytes, start, end)).subarray(0, 16));
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // not JSON: the caller says so with its place
  }
}

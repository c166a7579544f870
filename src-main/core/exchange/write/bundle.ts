/** Everything about one patient as a FHIR R4 collection Bundle, and resources as NDJSON lines: text spliced, never re-printed. */
import { type Addresses, planAddresses } from './addresses.ts';
import { allRows, type ExportContext, type ExportInput, type ExportRow } from './input.ts';
import { rewriteReferences } from './references.ts';

/** One entry's JSON text. References of rows written here point to the target's fullUrl; imported text is untouched. */
export function entryText(row: ExportRow, addresses: Addresses): string {
  return `{"fullUrl":${JSON.stringify(addresses.fullUrlOf(row))},"resource":${resourceText(row, addresses)}}`;
}

function resourceText(row: ExportRow, addresses: Addresses): string {
  const json = row.json.replace(/^\ufeff/, '').trim();
  if (!row.local) return json;
  return rewriteReferences(json, (reference) => {
    const target = addresses.resolve(row, reference);
    return target === undefined ? null : addresses.fullUrlOf(target);
  });
}

/**
 * The Bundle in pieces, one entry each, so that the caller can write them out in slices.
 * FHIR R4 Bundle, type collection; timestamp is the time of export in UTC.
 */
export function* collectionBundle(input: ExportInput, context: Pick<ExportContext, 'at' | 'newId'>): Generator<string> {
  const addresses = planAddresses(input);
  const timestamp = new Date(context.at).toISOString();
  yield `{"resourceType":"Bundle","id":${JSON.stringify(context.newId())},"type":"collection","timestamp":"${timestamp}","entry":[`;
  let separator = '\n';
  for (const row of allRows(input)) {
    yield separator + entryText(row, addresses);
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** A JSON text on one line: in JSON, line breaks stand only between tokens, so a space in their place changes nothing. */
export function ndjsonLine(json: string): string {
  return `${json
    .replace(/^\ufeff/, '')
    .trim()
    .replace(/[\r\n]+/g, ' ')}\n`;
}

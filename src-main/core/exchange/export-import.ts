/** What an import brought in, as it came: a line per resource, bundles put together again. */
import { z } from 'zod';
import { fillEnvelope } from '../../../src-shared/fhir/envelope.ts';
import { readOrigin } from '../chart/source-line.ts';
import type { Store } from '../store/open.ts';
import { readBatchOriginals, readEnvelopes, readImport } from '../store/source.ts';
import { ndjsonLine } from './write/bundle.ts';

const ids = z.array(z.string().nullable());

/** The text a row came with: its first version. */
function originalText(store: Store, id: string): string {
  const found = store
    .sql<[string], { json: string }>(
      `select coalesce(h.json, r.json) json from resource r
       left join resource_history h on h.row = r.row and h.version = 1 where r.id = ?`,
    )
    .get(id);
  if (found === undefined) throw new Error('a row of an import is missing');
  return found.json;
}

/**
 * NDJSON of an import's bundles and resources, duplicates of what was here before included in their bundles. What a
 * file brought in alone stands alone, even if a bundle of another file holds it as well.
 */
export function* importedLines(store: Store, importId: string): Generator<string> {
  const line = readImport(store, importId);
  if (line === null) return;
  const bundled = new Set<string>();
  for (const { file, type, json, rows } of readEnvelopes(store, line.batch)) {
    const held = ids.parse(JSON.parse(rows));
    for (const id of held) if (id !== null) bundled.add(`${file} ${id}`);
    const [document] = held;
    if (type === 'document' && document !== null && document !== undefined) {
      yield ndjsonLine(originalText(store, document));
      continue;
    }
    const whole = fillEnvelope(json, (entry) => {
      const id = held[entry];
      if (id === null || id === undefined) throw new Error('an entry of a bundle is missing');
      return originalText(store, id);
    });
    if (whole === undefined) throw new Error('a bundle does not read back');
    yield ndjsonLine(whole);
  }
  for (const row of readBatchOriginals(store, line.batch)) {
    if (!bundled.has(`${readOrigin(row).file ?? ''} ${row.id}`)) yield ndjsonLine(row.json);
  }
}

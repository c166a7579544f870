/** One file for an import: batches of rows, progress, and in the end the verdict on the whole file. */
import { stat } from 'node:fs/promises';
import type { Refusal } from '../../../../src-shared/fhir/refusals.ts';
import { sha256 } from '../../crypto/hash.ts';
import { documents } from './documents.ts';
import type { FileFormat, FileToRead, FromValidator, ImportBundle, ImportRow } from './messages.ts';
import { rowsOf } from './rows.ts';

/** Refusals listed per file; with one more the rest of the file is not read. */
export const refusalLimit = 50;
/** Small enough for one turn of the pipe, and for one slice of the writer. */
const rowsPerBatch = 64;
const textPerBatch = 128 * 1024;

export async function* importFile(file: FileToRead, today: string): AsyncGenerator<FromValidator> {
  const ofBytes = await stat(file.path).then(
    (facts) => facts.size,
    () => 0, // `documents` refuses it as unreadable
  );
  const refusals: Refusal[] = [];
  let cutShort = false;
  let format: FileFormat = 'json';
  let rows: ImportRow[] = [];
  let bundles: ImportBundle[] = [];
  let textLength = 0;
  let resources = 0;
  let bundleCount = 0;
  let offset = 0;

  function* flush(): Generator<FromValidator> {
    if (refusals.length === 0 && rows.length + bundles.length > 0) {
      yield { kind: 'batch', batch: { file: file.index, rows, bundles } };
    }
    rows = [];
    bundles = [];
    textLength = 0;
    yield { kind: 'progress', file: file.index, bytes: offset, ofBytes, resources };
  }

  reading: for await (const document of documents(file.path)) {
    format = document.at.format;
    const { line } = document.at;
    const refuse = (found: Refusal): void => {
      if (refusals.length < refusalLimit) refusals.push(found);
      else cutShort = true;
    };
    const where = { file: file.index, ...(line === undefined ? {} : { line }) };
    if (document.kind === 'refused') refuse({ ...document.issue, ...where });
    else {
      const { bytes, scan } = document;
      for (const part of rowsOf({ bytes, scan, file: file.index, line, bundle: bundleCount, today, sha256 })) {
        if (part.kind === 'issue') refuse({ ...part.issue, ...where });
        else if (part.kind === 'row') {
          resources += 1;
          rows.push(part.row);
          textLength += part.row.text.length;
        } else {
          bundleCount += 1;
          bundles.push(part.bundle);
          textLength += part.bundle.text.length;
        }
        if (rows.length >= rowsPerBatch || textLength >= textPerBatch) {
          if (format === 'json') offset = Math.min(ofBytes, offset + textLength);
          yield* flush();
        }
        if (cutShort) break reading;
      }
    }
    if (cutShort) break;
    offset = document.at.offset;
  }
  yield* flush();
  yield {
    kind: 'verdict',
    verdict: {
      file: file.index,
      accepted: refusals.length === 0,
      format,
      bytes: ofBytes,
      resources,
      refusals,
      cutShort,
    },
  };
}

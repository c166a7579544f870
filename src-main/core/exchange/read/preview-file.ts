/** What is in a file, quickly: read, scanned and parsed, not yet validated. */
import { stat } from 'node:fs/promises';
import { cutEnvelope } from '../../../../src-shared/fhir/envelope.ts';
import { isObject } from '../../../../src-shared/fhir/json.ts';
import { type Issue, issue, type Refusal } from '../../../../src-shared/fhir/refusals.ts';
import { otherRelease } from '../../../../src-shared/fhir/release.ts';
import { documents, type ReadDocument } from './documents.ts';
import { refusalLimit } from './import-file.ts';
import type { FileFormat, FilePreview, FileToRead } from './messages.ts';
import { isResourceType } from './validate.ts';

/** `cancelled` is asked between documents. */
export async function previewFile(file: FileToRead, cancelled: () => boolean): Promise<FilePreview> {
  const bytes = await stat(file.path).then(
    (facts) => facts.size,
    () => 0, // `documents` refuses it as unreadable
  );
  const types: Record<string, number> = {};
  const bundleTypes = new Set<string>();
  const refusals: Refusal[] = [];
  let format: FileFormat = 'json';
  let resources = 0;
  for await (const document of documents(file.path)) {
    format = document.at.format;
    const { line } = document.at;
    for (const found of document.kind === 'refused' ? [document.issue] : glance(document)) {
      if (typeof found !== 'string')
        refusals.push({ ...found, file: file.index, ...(line === undefined ? {} : { line }) });
      else if (found.startsWith('Bundle:')) bundleTypes.add(found.slice(7));
      else {
        types[found] = (types[found] ?? 0) + 1;
        resources += 1;
      }
      if (refusals.length >= refusalLimit) break;
    }
    if (refusals.length >= refusalLimit || cancelled()) break;
  }
  return {
    file: file.index,
    bytes,
    format,
    bundleTypes: [...bundleTypes],
    resources,
    patients: types.Patient ?? 0,
    types,
    refusals,
  };
}

/** Resource types, `Bundle:<type>` for a Bundle around them, and what is wrong already. */
function* glance(document: Extract<ReadDocument, { kind: 'document' }>): Generator<string | Issue> {
  const { bytes, scan } = document;
  if (scan.resourceType !== 'Bundle') return yield* typeOf(bytes, scan.start, scan.end, '');
  for (const [index, entry] of scan.entries.entries()) {
    if (entry.start !== -1) yield* typeOf(bytes, entry.start, entry.end, `entry[${index}].resource`);
  }
  if (!isObject(parse(cutEnvelope(bytes, scan.start, scan.end, scan.entries)))) return yield issue('', 'not-json');
  yield `Bundle:${/^[a-z-]{1,40}$/.test(scan.type ?? '') ? scan.type : '?'}`;
}

function* typeOf(bytes: Uint8Array, start: number, end: number, path: string): Generator<string | Issue> {
  const resource = parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));
  if (!isObject(resource)) return yield issue(path, 'not-json');
  const type = resource.resourceType;
  if (typeof type !== 'string') return yield issue(path, 'not-a-resource');
  if (isResourceType(type)) return yield type;
  const release = otherRelease(resource);
  yield release === undefined ? issue(path, 'unknown-type') : issue(path, 'wrong-release', { release });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller refuses it with its place
  }
}

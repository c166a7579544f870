/**
 * The HL7 R4 examples through the whole core as one import, and out again: what comes out is what came in, number for
 * number as written. Refused are those of the reviewed lists only: the validators' with the flaw of each, and those
 * whose patient is in no file, which a clinic could not file anywhere.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { minify } from '../../src-shared/fhir/minify.ts';
import { scanResource } from '../../src-shared/fhir/scan.ts';
import { type Place, startPlace } from '../unit/core/clinic.ts';
import { type House, startHouse } from '../unit/core/house.ts';
import { exampleFiles } from './examples.ts';

let place: Place;
let house: House;
before(async () => {
  place = await startPlace();
  mkdirSync(join(place.dir, 'out'));
  house = await startHouse(join(place.dir, 'profile'), ['practitioner']);
});
after(async () => {
  await house.core.close();
  await place.stop();
});

function listed(name: string): Record<string, string> {
  const read: unknown = JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
  assert.ok(typeof read === 'object' && read !== null);
  return Object.fromEntries(Object.entries(read).map(([file, reason]) => [file, JSON.stringify(reason)]));
}

/** The text without the white space between tokens: numbers stay as written. */
function compact(text: string): string {
  const bytes = Buffer.from(text.replace(/^\ufeff/, '').trim(), 'utf8');
  return Buffer.from(minify(bytes, 0, bytes.length)).toString('utf8');
}

/** Texts of the resources in a bundle. */
function held(line: string): string[] {
  const bytes = Buffer.from(line, 'utf8');
  const result = scanResource(bytes);
  assert.ok(result.ok);
  return result.scan.entries
    .filter(({ start }) => start !== -1)
    .map(({ start, end }) => Buffer.from(minify(bytes, start, end)).toString('utf8'));
}

test('the HL7 R4 examples come in through the core and go out equal', async (context) => {
  const files = exampleFiles();
  assert.equal(files.length, 5306);
  const desk = house.desk('ctl');
  await desk.signIn('practitioner');
  const started = performance.now();
  const { id } = await desk.call('imports.choose', { paths: files });
  await desk.call('imports.start', { importId: id });
  const report = await desk.call('imports.wait', { importId: id });
  context.diagnostic(`imported in ${Math.round(performance.now() - started)} ms`);
  const names = files.map((path) => path.slice(path.lastIndexOf('/') + 1));
  const refused = report.files.filter(({ verdict }) => verdict === 'refused').map(({ file }) => names[file] ?? '');
  const flawed = listed('hl7-r4-examples-refused.json');
  const nowhere = listed('hl7-r4-examples-nowhere.json');
  context.diagnostic(`${report.accepted} in, ${report.duplicates} duplicates, ${refused.length} files refused`);
  const unexpected = report.refusals
    .filter(({ name, reason }) => (reason === 'reference-nowhere' ? nowhere : flawed)[name] === undefined)
    .map(({ name, path, reason }) => `${name} ${path} ${reason}`);
  assert.deepEqual(unexpected, []);
  assert.deepEqual(refused.toSorted(), [...Object.keys(flawed), ...Object.keys(nowhere)].toSorted());
  assert.equal(report.state, 'done');

  const path = join(place.dir, 'out', 'all.ndjson');
  await desk.call('exports.import', { importId: id, path });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const out = new Set(lines.flatMap((line) => [compact(line), ...held(line)]));
  const gone: string[] = [];
  for (const { file, verdict } of report.files) {
    // What is equal to an entry of a bundle came in with that bundle.
    if (verdict !== 'refused' && !out.has(compact(readFileSync(files[file] ?? '', 'utf8'))))
      gone.push(names[file] ?? '');
  }
  context.diagnostic(`${lines.length} lines out`);
  assert.deepEqual(gone, []);

  const again = await desk.call('imports.choose', { paths: files });
  await desk.call('imports.start', { importId: again.id });
  const twice = await desk.call('imports.wait', { importId: again.id });
  assert.equal(twice.accepted, 0, 'the same files twice change nothing');
});

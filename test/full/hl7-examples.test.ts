/**
 * All 5,306 examples of HL7 FHIR R4 through the child: accepted, or on the reviewed list with the flaw of each; and what
 * was accepted goes out again to the byte. The package is fetched; HL7_R4_EXAMPLES may name an unpacked one instead.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { ValidatorRun, validatorEntry } from '../../src-main/core/exchange/read/client.ts';
import type { ImportBundle } from '../../src-main/core/exchange/read/messages.ts';
import { fillEnvelope } from '../../src-shared/fhir/envelope.ts';
import { exampleFiles } from './examples.ts';

test('the HL7 R4 examples are accepted or refused for their known flaw, and come out as they came', async () => {
  const expected: unknown = JSON.parse(
    readFileSync(new URL('../fixtures/hl7-r4-examples-refused.json', import.meta.url), 'utf8'),
  );
  assert.ok(typeof expected === 'object' && expected !== null);
  const paths = exampleFiles();
  assert.equal(paths.length, 5306);
  const names = paths.map((path) => basename(path));
  const files = paths.map((path, index) => ({ index, path }));
  const entry = validatorEntry();
  const refused: string[] = [];
  let texts = new Map<number, string>();
  let bundle: ImportBundle | undefined;
  for await (const message of new ValidatorRun(entry, { kind: 'import', files, today: '2026-11-22' })) {
    if (message.kind === 'batch') {
      for (const row of message.batch.rows) texts.set(row.entry ?? -1, row.text);
      bundle = message.batch.bundles[0] ?? bundle;
    } else if (message.kind === 'verdict') {
      const name = names[message.verdict.file] ?? '';
      if (message.verdict.accepted) {
        const whole = bundle?.whole === true ? bundle.text : undefined;
        const out =
          bundle === undefined ? texts.get(-1) : (whole ?? fillEnvelope(bundle.text, (at) => texts.get(at) ?? ''));
        const source = readFileSync(paths[message.verdict.file] ?? '', 'utf8')
          .replace(/^\ufeff/, '')
          .trim();
        assert.ok(out === source, `${name} does not come out as it came`);
      } else refused.push(name);
      texts = new Map();
      bundle = undefined;
    } else if (message.kind === 'done') assert.equal(message.outcome, 'finished');
  }
  assert.deepEqual(refused.sort(), Object.keys(expected).sort());
});

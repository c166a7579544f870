import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { buildDocument } from '../../../../src-main/core/exchange/build-document.ts';
import { exportContext, ipsExample, ownRecord } from './fixture.ts';

test('documents are built beside core, which goes on meanwhile', async () => {
  const { newId: _unused, ...context } = exportContext();
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const pdf = await buildDocument({ format: 'pdf', input: ownRecord(), context });
  clearInterval(timer);
  assert.equal(pdf.subarray(0, 5).toString('latin1'), '%PDF-');
  assert.ok(longest < 250, `${longest} ms without a turn`);
  const summary: unknown = JSON.parse(
    (await buildDocument({ format: 'summary', input: ownRecord(), context })).toString('utf8'),
  );
  assert.equal(typeof summary === 'object' && summary !== null && 'type' in summary && summary.type, 'document');
});

test('what cannot be built is an error, not a silence', async () => {
  const { newId: _unused, ...context } = exportContext();
  const input = ipsExample('Bundle-bundle-minimal');
  await assert.rejects(buildDocument({ format: 'pdf', input, context: { ...context, timeZone: 'Nowhere/At-all' } }));
});

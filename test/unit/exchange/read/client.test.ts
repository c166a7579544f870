import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ValidatorRun, validatorEntry } from '../../../../src-main/core/exchange/read/client.ts';
import type { FromValidator } from '../../../../src-main/core/exchange/read/messages.ts';

const entry = validatorEntry();
const folder = mkdtempSync(join(tmpdir(), 'carekeep-child-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'many.ndjson');
writeFileSync(
  path,
  Array.from(
    { length: 3000 },
    (_, index) => `{"resourceType":"Patient","id":"p${index}","name":[{"family":"F${index}"}]}`,
  ).join('\n'),
);
const request = { kind: 'import', files: [{ index: 0, path }], today: '2026-11-22' } as const;

function alive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function gone(pid: number | undefined): Promise<void> {
  for (let tries = 0; alive(pid) && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(alive(pid), false);
}

test('the child sends every row once, then the verdict, then done, and is gone', async () => {
  const run = new ValidatorRun(entry, request);
  const ids: (string | undefined)[] = [];
  const kinds: string[] = [];
  for await (const message of run) {
    if (message.kind !== 'progress') kinds.push(message.kind);
    if (message.kind === 'batch') ids.push(...message.batch.rows.map((row) => row.sourceId));
    if (message.kind === 'verdict')
      assert.deepEqual([message.verdict.accepted, message.verdict.resources], [true, 3000]);
    if (message.kind === 'done') assert.equal(message.outcome, 'finished');
  }
  assert.deepEqual(
    ids,
    Array.from({ length: 3000 }, (_, index) => `p${index}`),
  );
  assert.deepEqual(kinds.slice(-2), ['verdict', 'done']);
  await gone(run.pid);
});

test('a slow writer holds the child back', async () => {
  let batches = 0;
  const run = new ValidatorRun(entry, request);
  for await (const message of run) {
    if (message.kind !== 'batch') continue;
    batches += 1;
    if (batches === 1) {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const ahead = run.waiting('batch');
      assert.ok(ahead <= 4, `${ahead} batches ahead`);
    }
    if (batches > 10) break;
  }
  await gone(run.pid);
});

test('cancel ends it without a verdict', async () => {
  const seen: FromValidator[] = [];
  const run = new ValidatorRun(entry, request);
  for await (const message of run) {
    if (message.kind === 'batch') run.cancel();
    seen.push(message);
  }
  assert.ok(!seen.some((message) => message.kind === 'verdict'));
  assert.deepEqual(seen.at(-1), { kind: 'done', outcome: 'cancelled' });
  await gone(run.pid);
});

test('a child that is killed is a value, not an exception', async () => {
  const run = new ValidatorRun(entry, request);
  let last: FromValidator | undefined;
  for await (const message of run) {
    if (message.kind === 'batch' && run.pid !== undefined) process.kill(run.pid, 'SIGKILL');
    last = message;
  }
  assert.deepEqual(last, { kind: 'done', outcome: 'lost' });
  for await (const message of new ValidatorRun(join(folder, 'nowhere.js'), request)) last = message;
  assert.deepEqual(last, { kind: 'done', outcome: 'lost' });
});

test('a preview counts', async () => {
  for await (const message of new ValidatorRun(entry, { kind: 'preview', files: [{ index: 7, path }] })) {
    if (message.kind !== 'previewed') continue;
    assert.deepEqual([message.preview.file, message.preview.patients, message.preview.format], [7, 3000, 'ndjson']);
  }
});

/** Plays one case through `imports.*` and compares what became of it with what must. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportReport } from '../../../src-shared/contract/exchange.ts';
import { difference } from '../core/dump.ts';
import type { CoreProcess } from '../core/process.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import type { Expected, ImportCase, Made } from './case.ts';
import { sameJson } from './same.ts';

export async function importAndJudge(
  core: CoreProcess,
  played: ImportCase,
  folder: string,
  random: Prng,
): Promise<void> {
  const where = `“${played.name}”`;
  const before = await core.dump();
  const made = played.make(folder, random);
  const report = await importOf(core, made, where);
  const { expected } = played;
  const came = report.files.every((file) => file.verdict === 'accepted');
  const stayed = report.files.some((file) => file.verdict === 'refused');

  if (expected.verdict === 'refused' || (expected.verdict === 'either' && stayed)) {
    hold(stayed, `${where} came in`);
    if (expected.verdict === 'refused') judgeReasons(report, expected, where);
    await unchanged(core, before, where);
    return;
  }
  hold(came, () => `${where} is refused: ${reasonsOf(report)}`);
  hold(report.refusalCount === 0, `${where} came in with refusals`);
  await goesOutAgain(core, report, made, folder, where);
  if (expected.verdict !== 'accepted-once') return;
  const once = await core.dump();
  const again = await importOf(core, made, where);
  hold(again.accepted === 0, `${where} came in twice`);
  hold(
    again.files.every((file) => file.verdict === 'duplicate'),
    `${where} is not called a duplicate`,
  );
  await unchanged(core, once, where);
}

async function importOf(core: CoreProcess, made: Made, where: string): Promise<ImportReport> {
  const preview = await core.call('imports.choose', { paths: [...made.paths] });
  hold(preview.ok, () => `${where}: the preview is refused: ${preview.ok ? '' : preview.error.code}`);
  made.meanwhile?.();
  const { id } = preview.value;
  // With nothing in it that could come in, an import need not start; its preview is the answer.
  const started = await core.call('imports.start', { importId: id });
  if (!started.ok) {
    hold(
      preview.value.files.every((file) => file.verdict === 'refused'),
      `${where}: cannot start: ${started.error.code}`,
    );
    return preview.value;
  }
  return core.demand('imports.wait', { importId: id });
}

function judgeReasons(report: ImportReport, expected: Extract<Expected, { verdict: 'refused' }>, where: string): void {
  const [first] = report.refusals;
  hold(first !== undefined && report.refusalCount > 0, `${where} is refused without a reason`);
  const { reasons, path, line } = expected;
  const fits = report.refusals.some((refusal) => {
    const at = refusal.path.replace(/^\$\.?/, '');
    return (
      (reasons === undefined || reasons.some((reason) => reason === refusal.reason)) &&
      (path === undefined || path.test(at)) &&
      (line === undefined || refusal.line === line)
    );
  });
  hold(fits, () => `${where} is refused for another reason: ${reasonsOf(report)}`);
}

function reasonsOf(report: ImportReport): string {
  return report.refusals
    .slice(0, 3)
    .map(({ reason, path, line }) => `${reason} at ${line === null ? '' : `line ${line} `}${path}`)
    .join(', ');
}

async function unchanged(
  core: CoreProcess,
  before: Awaited<ReturnType<CoreProcess['dump']>>,
  where: string,
): Promise<void> {
  const changed = difference(before, await core.dump());
  hold(changed.length === 0, `${where} changed ${changed.join(', ')}`);
}

async function goesOutAgain(
  core: CoreProcess,
  report: ImportReport,
  made: Made,
  folder: string,
  where: string,
): Promise<void> {
  const path = join(folder, 'out.ndjson');
  await core.demand('exports.import', { importId: report.id, path });
  const out = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const came = made.paths.flatMap((source) => {
    const text = readFileSync(source, 'utf8').replace(/^\ufeff/, '');
    return source.endsWith('.ndjson') || text.trim().includes('}\n{')
      ? text.split('\n').filter((line) => line.trim() !== '')
      : [text];
  });
  hold(out.length === came.length, `${where}: ${came.length} came in and ${out.length} go out`);
  // The order of lines is nobody's promise: each that came must be among those that go.
  const left = [...out];
  for (const text of came) {
    const at = left.findIndex((line) => sameJson(text, line));
    hold(at !== -1, `${where} goes out changed`);
    left.splice(at, 1);
  }
}

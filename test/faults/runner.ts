/** Runs kinds one after the other and turns what happened into records, lines and a JSON report. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broken, CannotPlay, type Kind, type KindRecord, type Run } from './kind.ts';
import { createPrng } from './prng.ts';

export type RunOptions = {
  readonly scale: number;
  readonly seed: number;
  /** Trials a kind at most, whatever the scale says. */
  readonly most?: number;
};

const trialLimit = 120_000;

/** The seeds of a run: trial i has seed + i, so that `--seed S --scale 0` plays exactly the trial of seed S. */
export function seedsOf(full: number, options: RunOptions): readonly number[] {
  const trials = Math.max(1, Math.min(Math.round(full * options.scale), options.most ?? Number.POSITIVE_INFINITY));
  return Array.from({ length: trials }, (_, index) => options.seed + index);
}

/** Runs one kind. Never throws: a kind that breaks outside its trials has failed with its first seed. */
export async function runKind(kind: Kind, options: RunOptions): Promise<KindRecord> {
  const started = performance.now();
  const seeds = seedsOf(kind.full, options);
  const scratch = mkdtempSync(join(tmpdir(), `carekeep-faults-${kind.name}-`));
  const failed: { seed: number; reason: string }[] = [];
  const skipped: { seed: number; reason: string }[] = [];
  const notes: string[] = [];
  let held = 0;
  const run: Run = {
    seeds,
    scratch,
    note: (line) => void notes.push(line),
    trial: async (seed, work, limits = {}) => {
      try {
        await withLimit(work(createPrng(seed)), limits.milliseconds ?? trialLimit);
        held += 1;
      } catch (error) {
        if (error instanceof CannotPlay) skipped.push({ seed, reason: error.message });
        else failed.push({ seed, reason: reasonOf(error) });
      }
    },
  };
  try {
    await kind.run(run);
    const played = held + failed.length + skipped.length;
    if (played !== seeds.length) {
      failed.push({ seed: seeds[played] ?? options.seed, reason: `${seeds.length - played} trials were never played` });
    }
  } catch (error) {
    failed.push({ seed: options.seed, reason: `outside its trials: ${reasonOf(error)}` });
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const { scale, seed } = options;
  return { name: kind.name, tried: held + failed.length, held, failed, skipped, notes, seconds, scale, seed };
}

async function withLimit(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Broken(`no end after ${milliseconds} ms`)), milliseconds);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Promises that broke say so in their own words; anything else by class, message and the place in our code. */
function reasonOf(error: unknown): string {
  if (error instanceof Broken) return error.message;
  if (!(error instanceof Error)) return 'something that is not an error was thrown';
  const place = /\((?:file:\/\/)?[^)]*\/((?:test|src-main|src-shared)\/[^)]+)\)/.exec(error.stack ?? '')?.[1];
  return `${error.name}: ${error.message.split('\n')[0]}${place === undefined ? '' : ` at ${place}`}`;
}

/** One line a kind, and one for each failure with what replays it. */
export function linesOf(record: KindRecord): readonly string[] {
  const counts = [
    `${String(record.tried).padStart(5)} tried`,
    `${String(record.held).padStart(5)} held`,
    `${String(record.failed.length).padStart(4)} failed`,
  ];
  if (record.skipped.length > 0) counts.push(`${record.skipped.length} skipped`);
  const reasons = new Map<string, number>();
  for (const { reason } of record.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    `${record.name.padEnd(14)}${counts.join('  ')}  ${record.seconds.toFixed(1)} s`,
    ...record.notes.map((line) => `  ${line}`),
    ...[...reasons].map(([reason, count]) => `  skipped ${count}: ${reason}`),
    ...record.failed
      .slice(0, 20)
      .map(({ seed, reason }) => `  failed: ${reason} (replay: --only ${record.name} --scale 0 --seed ${seed})`),
    ...(record.failed.length > 20 ? [`  and ${record.failed.length - 20} more, all in the JSON report`] : []),
  ];
}

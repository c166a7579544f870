/** The export for an auditor and `carekeep-verify` over it, as a program of its own. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bundleLines } from '../../../src-main/core/audit/export-bundle.ts';
import { closeStore, openStore } from '../../../src-main/core/store/open.ts';
import { benchKey } from '../clinic.ts';
import type { BenchRun, Figure } from '../figure.ts';
import { timed } from '../measure.ts';
import { clinicOf } from './keys.ts';
import type { BenchLog } from './log.ts';

const verifier = join(import.meta.dirname, '..', '..', '..', 'resources', 'verify', 'carekeep-verify.mjs');

function writeBundle(log: BenchLog, path: string): void {
  const store = openStore({ path: log.path, key: benchKey, readOnly: true });
  const file = openSync(path, 'w');
  for (const { lines } of bundleLines(store, { ...clinicOf(), madeAt: 0 })) {
    if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
  }
  closeSync(file);
  closeStore(store);
}

/** The most a process had resident, in MiB, as long as it runs; null where the system does not say. */
function mostResident(pid: number | undefined): number | null {
  try {
    const kibibytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) / 1024;
  } catch {
    // Over, or not Linux: what was seen before counts.
    return null;
  }
}

/** @throws Error when it does not say VALID */
function verify(path: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [verifier, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    let peak: number | null = null;
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
    });
    const timer = setInterval(() => {
      peak = mostResident(child.pid) ?? peak;
    }, 100);
    child.once('error', reject);
    child.once('close', () => {
      clearInterval(timer);
      if (said.startsWith('VALID\n')) resolve(peak);
      else reject(new Error(`carekeep-verify: ${said.slice(0, 300)}`));
    });
  });
}

export async function measureOutside(run: BenchRun, log: BenchLog): Promise<readonly Figure[]> {
  run.say('exports the log and has carekeep-verify check it');
  const path = join(run.scratch, 'log.jsonl');
  const writing = timed(() => writeBundle(log, path));
  const bytes = statSync(path).size;
  const from = performance.now();
  const peak = await verify(path);
  const checking = performance.now() - from;
  rmSync(path);
  return [
    {
      name: `carekeep-verify over an export of ${log.entries.toLocaleString('en')} entries`,
      value: (log.entries / checking) * 1000,
      unit: 'per s',
      samples: 1,
      note: `one thread, tree, checkpoints and each person's signatures; ${Math.round(bytes / 1e6).toLocaleString('en')} MB, ${Math.round(bytes / log.entries)} bytes per entry, written in ${(writing / 1000).toFixed(1)} s.`,
    },
    ...(peak === null
      ? []
      : [{ name: 'carekeep-verify, memory at most', value: peak, unit: 'MB', samples: 1 } as const]),
  ];
}

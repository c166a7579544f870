/** Logs and crash reports as they are, through the log's closed list once more: somebody else may write in a profile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAgain, readReport, reportsIn } from '../../logs/crash.ts';
import { logFiles } from '../../logs/files.ts';

/** Of each process's lines, the newest. */
const linesOfProcess = 1500;
const fileAtMost = 1024 * 1024;
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function linesOf(path: string): readonly string[] {
  try {
    const text = readFileSync(path, 'utf8');
    return text.length > fileAtMost ? [] : text.split('\n').filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** @returns undefined for a line that is none of ours */
function lineAgain(line: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('time' in value && typeof value.time === 'string' && time.test(value.time))) return undefined;
  if (!('event' in value && typeof value.event === 'string')) return undefined;
  const fields = readAgain(value.event, value);
  if (fields === null) return undefined;
  const pid = 'pid' in value && typeof value.pid === 'number' ? { pid: value.pid } : {};
  return JSON.stringify({ time: value.time, event: value.event, ...pid, ...fields });
}

/** @param folder of the logs */
export function logText(folder: string): string {
  const perPart = Map.groupBy(logFiles(folder), ({ part }) => part);
  const out: string[] = [];
  for (const [part, files] of perPart) {
    const lines = files.flatMap(({ name }) => linesOf(join(folder, name)));
    const shown = lines.slice(-linesOfProcess).map(lineAgain);
    out.push(`-- ${part}: ${lines.length} lines, the last ${shown.length} --`);
    out.push(...shown.map((line) => line ?? '(a line that is not of this log)'));
  }
  return out.join('\n');
}

export function crashText(folder: string): string {
  return reportsIn(folder)
    .map(({ name, at, seen }) => {
      const report = readReport(folder, name);
      const told = { time: new Date(at).toISOString(), told: seen };
      return JSON.stringify(report === null ? { ...told, readable: false } : { ...told, ...report });
    })
    .join('\n');
}

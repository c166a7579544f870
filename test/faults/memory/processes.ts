/** The application's processes in the Chromium host, by what they are. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

export type AppProcess = { readonly pid: number; readonly kind: string };

function lineOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // it ended meanwhile
  }
}

/** Field 4 of /proc/pid/stat, after the name in brackets. */
export function parentOf(pid: number): number {
  return Number(/\) \S (\d+)/.exec(lineOf(pid, 'stat'))?.[1] ?? 0);
}

function kindOf(pid: number, host: number, cores: readonly number[]): string {
  if (pid === host) return 'host';
  if (cores.includes(pid)) return 'core';
  // Chromium's children write their own line, words apart by spaces.
  const line = lineOf(pid, 'cmdline').replaceAll('\0', ' ');
  const type = / --type=(\S+)/.exec(line)?.[1];
  if (type !== undefined) return type;
  if (/^\S*crashpad_handler/.test(line)) return 'crashpad handler';
  if (/^\S*chrom/.test(line)) return 'browser';
  return 'child of core';
}

/** Everything that the host started, and what those started. */
export function processesOf(host: number, cores: readonly number[]): readonly AppProcess[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: AppProcess[] = [];
  const queue = [host];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    if (lineOf(pid, 'cmdline') !== '') found.push({ pid, kind: kindOf(pid, host, cores) });
    queue.push(...(children.get(pid) ?? []));
  }
  return found;
}

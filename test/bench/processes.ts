/** Memory of a process and everything it started, from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

type Process = { readonly pid: number; readonly parent: number; readonly name: string };

function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, name = '', parent = '0'] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? [];
        return [{ pid: Number(pid), parent: Number(parent), name }];
      } catch {
        return []; // ended between listing and reading
      }
    });
}

/** Proportional set size in MB: shared pages counted once among those who share them. */
function pss(pid: number): number {
  try {
    const kib = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? '0';
    return Number(kib) / 1024;
  } catch {
    return 0; // ended meanwhile
  }
}

export type Memory = { readonly total: number; readonly node: number; readonly browser: number };

const keyrings = /^(dbus-daemon|gnome-keyring|strace)/;

/** Descendants of `root`, itself left out; the test keyring is no process of ours. */
export function memoryBelow(root: number): Memory {
  const all = processes();
  const below = new Set<number>();
  for (let grown = -1; grown !== below.size; ) {
    grown = below.size;
    for (const { pid, parent } of all) if (parent === root || below.has(parent)) below.add(pid);
  }
  let node = 0;
  let browser = 0;
  for (const { pid, name } of all) {
    if (!below.has(pid) || keyrings.test(name)) continue;
    if (/chrom|electron/i.test(name)) browser += pss(pid);
    else node += pss(pid);
  }
  return { total: node + browser, node, browser };
}

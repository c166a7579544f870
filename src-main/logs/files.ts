/**
 * Lines into files: one file per process, day and half megabyte, for their owner alone. Kept for seven days and five
 * megabytes in all. Where the disk takes nothing, lines are counted and the application goes on.
 */
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { stopParts } from '../../src-shared/contract/stops.ts';
import type { Part } from './codes.ts';

const keepDays = 7;
export const keepBytes = 5 * 1024 * 1024;
export const fileBytes = 512 * 1024;
/** Lines in a minute: what goes round in circles must not wear out the disk. */
export const linesAMinute = 600;
const dayMs = 86_400_000;
const minute = 60_000;

const fileName = /^([a-z]+)-(\d{4}-\d{2}-\d{2})-(\d{1,4})\.jsonl$/;

export type LogFile = { readonly name: string; readonly part: Part; readonly day: string; readonly number: number };

const isPart = (name: string): name is Part => stopParts.some((part) => part === name);

/** Files of ours in a folder, the oldest first. */
export function logFiles(folder: string): readonly LogFile[] {
  return namesIn(folder)
    .flatMap((name): LogFile[] => {
      const [, part = '', day = '', number = ''] = fileName.exec(name) ?? [];
      return isPart(part) ? [{ name, part, day, number: Number(number) }] : [];
    })
    .sort((one, other) => one.day.localeCompare(other.day) || one.number - other.number);
}

export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

export class LogFiles {
  readonly #folder: string;
  readonly #part: Part;
  readonly #now: () => number;
  #file: { readonly fd: number; readonly day: string; size: number } | null = null;
  /** Not tried again before: each try costs a turn. */
  #restUntil = Number.NEGATIVE_INFINITY;
  #minute = { began: Number.NEGATIVE_INFINITY, lines: 0 };
  #lost = 0;

  constructor(folder: string, part: Part, now: () => number) {
    this.#folder = folder;
    this.#part = part;
    this.#now = now;
  }

  /** Lines that found no place since this was last asked and answered by a written line. */
  get lost(): number {
    return this.#lost;
  }

  /** One line, on its way to the disk when this returns. Never throws. @returns false when it found no place */
  write(line: string): boolean {
    const now = this.#now();
    if (now < this.#minute.began || now >= this.#minute.began + minute) this.#minute = { began: now, lines: 0 };
    this.#minute.lines += 1;
    if (this.#minute.lines > linesAMinute || (now < this.#restUntil && now >= this.#restUntil - minute)) {
      this.#lost += 1;
      return false;
    }
    try {
      const bytes = Buffer.from(`${line}\n`, 'utf8');
      const file = this.#current(now, bytes.length);
      const written = writeSync(file.fd, bytes);
      file.size += written;
      if (written < bytes.length) throw new Error('the disk took half a line');
      return true;
    } catch {
      // Full, read-only, or gone: whatever it is, it is not worth more than a count.
      this.#lost += 1;
      this.#restUntil = now + minute;
      this.close();
      return false;
    }
  }

  /** How many lines found no place; from here on they are counted anew. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  close(): void {
    const file = this.#file;
    this.#file = null;
    try {
      if (file !== null) closeSync(file.fd);
    } catch {
      // it is gone either way
    }
  }

  #current(now: number, room: number): { readonly fd: number; size: number } {
    const day = dayOf(now);
    if (this.#file !== null && this.#file.day === day && this.#file.size + room <= fileBytes) return this.#file;
    this.close();
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const number = this.#number(day, room);
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW = 0 } = constants;
    const path = join(this.#folder, `${this.#part}-${day}-${number}.jsonl`);
    const fd = openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
    this.#file = { fd, day, size: fstatSync(fd).size };
    prune(this.#folder, now);
    return this.#file;
  }

  /** Of the newest file of today while it has room; a file that is full stays closed. */
  #number(day: string, room: number): number {
    const last = logFiles(this.#folder).findLast((file) => file.part === this.#part && file.day === day);
    if (last === undefined) return 1;
    return sizeOf(join(this.#folder, last.name)) + room <= fileBytes ? last.number : last.number + 1;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/**
 * What is too old goes, then what a clock that was ahead dated later than tomorrow, then the oldest, until the rest fits;
 * never the file that a process is writing. A clock that was set back takes nothing away by itself.
 */
export function prune(folder: string, now: number): void {
  const files = logFiles(folder);
  const today = dayOf(now);
  const tomorrow = dayOf(now + dayMs);
  const newest = new Map(files.filter(({ day }) => day === today).map((file) => [file.part, file.name]));
  const oldestDay = dayOf(now - (keepDays - 1) * dayMs);
  const ahead = files.filter(({ day }) => day > tomorrow);
  let bytes = files.reduce((sum, { name }) => sum + sizeOf(join(folder, name)), 0);
  for (const { name, part, day } of [...ahead, ...files.filter(({ day }) => day <= tomorrow)]) {
    const current = newest.get(part) === name;
    // Room for what the files of now may still grow by.
    if (current || (day >= oldestDay && bytes <= keepBytes - stopParts.length * fileBytes)) continue;
    bytes -= sizeOf(join(folder, name));
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // the next file that is begun tries again
    }
  }
}

/**
 * The log of a process. Whatever is logged goes through the closed list first; then into a file of the profile, and
 * while Carekeep runs from its sources to stderr too, where somebody is looking.
 */
import { join } from 'node:path';
import type { Part } from './codes.ts';
import { type EventName, type FieldsOf, noProcedures, type Vocabulary } from './events.ts';
import { LogFiles } from './files.ts';
import { faultOf } from './place.ts';
import { type Redacted, redact } from './redact.ts';

/** Where a profile keeps logs and crash reports. */
export const logFolder = (profile: string): string => join(profile, 'logs');

/** In a package our code lies in an archive, and nobody reads stderr. */
export const packaged = import.meta.url.includes('app.asar');

export type LogOptions = {
  /** `logFolder` of the profile. */
  readonly folder: string;
  readonly part: Part;
  /** Names of procedures, where there is a contract. */
  readonly words?: Vocabulary;
  /** For tests; the system's otherwise. */
  readonly now?: () => number;
};

export class Log {
  /** Where crash reports go too; null before a profile is known. */
  readonly folder: string | null;
  readonly #files: LogFiles | null;
  readonly #part: Part | null;
  readonly #words: Vocabulary;
  readonly #now: () => number;

  constructor(options: LogOptions | null) {
    this.#now = options?.now ?? (() => Date.now());
    this.folder = options?.folder ?? null;
    this.#part = options?.part ?? null;
    this.#words = options?.words ?? noProcedures;
    this.#files = options === null ? null : new LogFiles(options.folder, options.part, this.#now);
  }

  /** Never throws. What is not on the closed list is left out. */
  write(event: string, fields: unknown): void {
    const redacted = redact(event, fields, this.#words);
    if (redacted === undefined) return;
    const line = this.#line(redacted);
    const kept = this.#files?.write(line) ?? false;
    const { level } = redacted;
    const urgent = level === 'warn' || level === 'error' || level === 'fatal';
    if (urgent && (!packaged || !kept)) console.error(line);
    if (kept) this.#tellLost();
  }

  #line({ level, event, fields }: Redacted): string {
    const time = new Date(this.#now()).toISOString();
    const by = this.#part === null ? {} : { by: this.#part, pid: process.pid };
    return JSON.stringify({ time, level, event, ...by, ...fields });
  }

  /** The gap is a line of its own once lines are taken again. */
  #tellLost(): void {
    const files = this.#files;
    if (files === null || files.lost === 0) return;
    const lines = files.lost;
    const redacted = redact('lines-lost', { lines }, this.#words);
    if (redacted !== undefined && files.write(this.#line(redacted))) files.takeLost();
  }

  close(): void {
    this.#files?.close();
  }
}

/** One per process, like stderr: whoever finds something broken must not need to be handed it. */
let current = new Log(null);

/** From here on lines of this process go into files of the profile. */
export function openLog(options: LogOptions): void {
  current.close();
  current = new Log(options);
}

/** Ends what `openLog` began; lines go to stderr alone. For tests, and for a process that lets its profile go. */
export function closeLog(): void {
  current.close();
  current = new Log(null);
}

/** Where this process keeps logs and crash reports; null before `openLog`. */
export function openFolder(): string | null {
  return current.folder;
}

/** One line. Fields that do not fit their type are left out. */
export function log<E extends EventName>(event: E, fields: FieldsOf<E>): void {
  current.write(event, fields);
}

/** Something broke that nobody can be blamed for: class, code and place, never a message. */
export function logFault(where: NonNullable<FieldsOf<'fault'>['where']>, error: unknown): void {
  current.write('fault', { where, ...faultOf(error) });
}

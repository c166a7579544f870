/** What an error was, without a word of what it said: its class, its code, and the line of our own code it came from. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ErrorName, errorNames } from '../../src-shared/contract/stops.ts';
import { faultCodes } from './codes.ts';

/** The folder that the application's code lies in: the sources' root, or that of what the build made of them. */
const root = /^(.*\/)(?:src-main|out\/main)\//.exec(import.meta.url)?.[1] ?? new URL('.', import.meta.url).href;

/** As it crosses from another process of ours: the file below the application's root. */
export type ToldPlace = { readonly file: string; readonly line: number; readonly column: number };

/** `file:line:column` of our own code, without folders. Made here only, so that nothing else is taken for one. */
export class Place {
  readonly #told: ToldPlace | null;
  private constructor(told: ToldPlace | null) {
    this.#told = told;
  }

  static readonly nowhere = new Place(null);

  /** The innermost frame of an error that lies in a file of ours. */
  static of(error: unknown): Place {
    if (!(error instanceof Error)) return Place.nowhere;
    for (const line of framesOf(error)) {
      const found = ownFrame(line);
      if (found !== null) return new Place(found);
    }
    return Place.nowhere;
  }

  /** A place that another process told: of a file that is there, or none. */
  static told({ file, line, column }: ToldPlace): Place {
    const fits = /^[\w-]+(?:[/.][\w-]+){1,12}$/.test(file) && isPosition(line) && isPosition(column);
    return fits && isOurs(root + file) ? new Place({ file, line, column }) : Place.nowhere;
  }

  get told(): ToldPlace | null {
    return this.#told;
  }

  get text(): string {
    return this.#told === null ? '' : `${baseOf(this.#told.file)}:${this.#told.line}:${this.#told.column}`;
  }

  /** What stands in a place that was made here; undefined for whatever else, however it looks. */
  static written(value: unknown): string | undefined {
    return typeof value === 'object' && value !== null && #told in value ? value.text : undefined;
  }
}

const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
const isPosition = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < 100_000_000;

/** Lines after the message: that may run over several, and quote what looks like a frame. */
function framesOf(error: Error): readonly string[] {
  const { stack } = error;
  if (typeof stack !== 'string') return [];
  const at = stack.indexOf(error.message);
  const rest = at < 0 ? stack : stack.slice(at + error.message.length);
  return rest.split('\n').filter((line) => /^\s+at /.test(line));
}

const known = new Map<string, boolean>();

/** Really one of our files? What only looks like one names none. */
function isOurs(address: string): boolean {
  const before = known.get(address);
  if (before !== undefined) return before;
  let found = false;
  try {
    found = existsSync(fileURLToPath(address));
  } catch {
    // an address that is no path names no file
  }
  if (known.size < 1000) known.set(address, found);
  return found;
}

function ownFrame(frame: string): ToldPlace | null {
  const [, address = '', line = '', column = ''] = /(file:\/\/[^()]*):(\d{1,8}):(\d{1,8})\)?$/.exec(frame) ?? [];
  if (!address.startsWith(root) || !isOurs(address)) return null;
  return { file: address.slice(root.length), line: Number(line), column: Number(column) };
}

const names: ReadonlySet<string> = new Set(errorNames);
const isName = (value: unknown): value is ErrorName => typeof value === 'string' && names.has(value);

export type Fault = { readonly name: ErrorName; readonly code: string; readonly at: Place };

/** Never throws, whatever was thrown: a getter of it may. */
export function faultOf(error: unknown): Fault {
  try {
    if (!(error instanceof Error)) return { name: 'unknown', code: '', at: Place.nowhere };
    return { name: isName(error.name) ? error.name : 'other', code: codeOf(error), at: Place.of(error) };
  } catch {
    return { name: 'other', code: '', at: Place.nowhere };
  }
}

function codeOf(error: Error): string {
  const code = rawCode(error);
  return code === undefined || code === '' ? '' : faultCodes.has(code) ? code : 'other';
}

/** Ours carry it as `code`, as a value of a closed list, or as what stops the exchange. */
function rawCode(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('problem' in error && typeof error.problem === 'string') return error.problem;
  const value = 'value' in error ? error.value : undefined;
  if (typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string') {
    return value.code;
  }
  return undefined;
}

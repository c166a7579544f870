/**
 * Crash reports: one small file per stop, with the fields of the event `crash` and nothing else. The reference that a
 * screen shows is its name. At most twenty are kept.
 */
import { closeSync, constants, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { referencePattern, stopParts } from '../../src-shared/contract/stops.ts';
import type { Part } from './codes.ts';
import { type FieldsOf, noProcedures } from './events.ts';
import { namesIn } from './files.ts';
import { log, openFolder } from './log.ts';
import { redact } from './redact.ts';

export const keepReports = 20;
/** Stops within so long of one another count as a row. Milliseconds. */
const rowWindow = 10 * 60_000;
const reportBytes = 4096;

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 2026-01-01: eight letters of five bits count milliseconds from here for 34 years. */
const epoch = Date.UTC(2026, 0, 1);

/** A time as eight letters that can be read out over a telephone. */
export function referenceOf(time: number): string {
  let rest = Math.max(0, time - epoch) % 2 ** 40;
  let text = '';
  for (let digit = 0; digit < 8; digit += 1) {
    text = (letters[rest % 32] ?? '0') + text;
    rest = Math.floor(rest / 32);
  }
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** When it was made, to the millisecond. */
export function timeOf(reference: string): number {
  return epoch + [...reference.replace('-', '')].reduce((sum, letter) => sum * 32 + letters.indexOf(letter), 0);
}

const fileName = /^crash-([0-9A-Z]{4}-[0-9A-Z]{4})(\.seen)?\.json$/;
export type Report = {
  readonly reference: string;
  readonly at: number;
  /** Somebody was shown it. */
  readonly seen: boolean;
  readonly name: string;
};

/** The reports of a folder, the oldest first. */
export function reportsIn(folder: string): readonly Report[] {
  return namesIn(folder)
    .flatMap((name): Report[] => {
      const [, reference = '', seen] = fileName.exec(name) ?? [];
      if (!referencePattern.test(reference)) return [];
      return [{ reference, at: timeOf(reference), seen: seen !== undefined, name }];
    })
    .sort((one, other) => one.at - other.at);
}

export type Stop = Omit<FieldsOf<'crash'>, 'reference' | 'inARow' | 'part'> & { readonly part: Part };
export type Written = {
  /** Null where the disk takes no report. */
  readonly reference: string | null;
  /** How often the same part stopped within ten minutes, this time included. */
  readonly inARow: number;
};

type CrashOptions = {
  readonly now?: number;
  /** The person has a screen before them that says so: no other one has to. */
  readonly seen?: boolean;
};

/** Writes the report of a stop, and its line. Never throws. */
export function writeCrash(
  folder: string,
  stop: Stop,
  { now: clock = Date.now(), seen = false }: CrashOptions = {},
): Written {
  // A clock that lost its battery: no reference is older than the epoch, and those of one time count as a row.
  const now = Math.max(clock, epoch);
  const near = reportsIn(folder).filter(({ at }) => Math.abs(now - at) < rowWindow);
  const inARow = 1 + near.filter(({ name }) => readReport(folder, name)?.part === stop.part).length;
  const reference = writeReport(folder, { ...stop, inARow }, now, seen);
  log('crash', { ...stop, inARow, ...(reference !== null && { reference }) });
  return { reference, inARow };
}

/** The same, into the folder of this process's log; a line alone, where it has none. Never throws. */
export function reportCrash(stop: Stop, options: CrashOptions = {}): Written {
  const folder = openFolder();
  if (folder !== null) return writeCrash(folder, stop, options);
  log('crash', { ...stop, inARow: 1 });
  return { reference: null, inARow: 1 };
}

function writeReport(folder: string, fields: FieldsOf<'crash'>, now: number, seen: boolean): string | null {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const taken = new Set(reportsIn(folder).map(({ reference }) => reference));
    let time = now;
    while (taken.has(referenceOf(time))) time += 1;
    const reference = referenceOf(time);
    const redacted = redact('crash', { ...fields, reference }, noProcedures);
    const report = { time: new Date(time).toISOString(), ...redacted?.fields };
    const path = join(folder, `crash-${reference}${seen ? '.seen' : ''}.json`);
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0 } = constants;
    const file = openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
    try {
      writeSync(file, `${JSON.stringify(report, null, 2)}\n`);
    } finally {
      closeSync(file);
    }
    for (const name of tooMany(folder, reference, now)) rmSync(join(folder, name), { force: true });
    return reference;
  } catch {
    // A report that finds no place must not be the next failure.
    return null;
  }
}

/**
 * Reports that have to make room: of the part that has the most of them, so that a screen that breaks again and again
 * does not take those of core and main away, which count how often these stopped. Those of a clock that was ahead first,
 * then the oldest; never the one just written.
 */
function tooMany(folder: string, own: string, now: number): readonly string[] {
  const rank = (at: number): number => (at > now + rowWindow ? at - 2 ** 41 : at);
  const left = reportsIn(folder)
    .map((report) => ({ ...report, part: readReport(folder, report.name)?.['part'] }))
    .sort((one, other) => rank(one.at) - rank(other.at));
  const names: string[] = [];
  while (left.length > keepReports) {
    const parts = Map.groupBy(left, ({ part }) => part);
    const most = Math.max(...parts.values().map((reports) => reports.length));
    const at = left.findIndex(({ part, reference }) => reference !== own && parts.get(part)?.length === most);
    const [gone] = left.splice(Math.max(at, 0), 1);
    if (gone !== undefined) names.push(gone.name);
  }
  return names;
}

/** What a report says, as far as the closed list knows it; null for what is none. */
export function readReport(folder: string, name: string): Readonly<Record<string, string | number | boolean>> | null {
  try {
    const text = readFileSync(join(folder, name), 'utf8');
    if (text.length > reportBytes) return null;
    return readAgain('crash', JSON.parse(text));
  } catch {
    return null;
  }
}

const writtenPlace = /^(?:[\w-]{1,80}(?:\.[\w-]{1,40}){1,3}:\d{1,8}:\d{1,8})?$/;

/** What a file of ours holds, through the closed list once more: somebody else may have written in it. */
export function readAgain(event: string, value: unknown): Readonly<Record<string, string | number | boolean>> | null {
  if (typeof value !== 'object' || value === null) return null;
  const redacted = redact(event, value, { procedures: (name) => /^[a-zA-Z]{1,30}\.[a-zA-Z]{1,30}$/.test(name) });
  if (redacted === undefined) return null;
  const place = 'at' in value && typeof value.at === 'string' && writtenPlace.test(value.at) ? { at: value.at } : {};
  return { ...redacted.fields, ...place };
}

/** The last stop that nobody was told of, as long as it is of use to anybody. */
export function lastUnseen(folder: string, now: number, within: number): (Report & { readonly part: Part }) | null {
  const report = reportsIn(folder).findLast(({ seen, at }) => !seen && Math.abs(Math.max(now, epoch) - at) < within);
  if (report === undefined) return null;
  const part = readReport(folder, report.name)?.['part'];
  const known = stopParts.find((each) => each === part);
  return known === undefined ? null : { ...report, part: known };
}

/** Whoever was shown a stop was shown those before it. */
export function markSeen(folder: string, reference: string): void {
  const upTo = timeOf(reference);
  for (const { name, seen, at } of reportsIn(folder)) {
    if (seen || at > upTo) continue;
    try {
      renameSync(join(folder, name), join(folder, name.replace(/\.json$/, '.seen.json')));
    } catch {
      // it is shown once more, then
    }
  }
}

/** Has a process written its own report within the last moments? */
export function reportOf(folder: string, pid: number, since: number): string | null {
  const report = reportsIn(folder).findLast(
    ({ name, at }) => at >= since && readReport(folder, name)?.['process'] === pid,
  );
  return report?.reference ?? null;
}

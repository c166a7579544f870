/** Main's part of the log: what it starts, loses and refuses, and reports for those that could write none themselves. */
import { reportCrash, reportOf, type Written } from '../logs/crash.ts';
import { type FieldsOf, goneReasons } from '../logs/events.ts';
import { log, logFolder, openLog } from '../logs/log.ts';
import { machineOf } from '../logs/machine.ts';

/** How a core ended that nobody had ended. */
export type CoreEnd = {
  readonly pid: number;
  readonly exitCode: number;
  /** When it was started, milliseconds. */
  readonly began: number;
};

export type ShellLog = {
  /** @returns the reference of the report: core's own, where it could write one */
  readonly coreLost: (end: CoreEnd) => string | null;
  readonly screenLost: (reason: string) => Written;
};

type GoneReason = NonNullable<FieldsOf<'crash'>['reason']>;

/** From here on main's lines go into the profile. */
export function openShellLog(profile: string, version: string): ShellLog {
  const folder = logFolder(profile);
  openLog({ folder, part: 'main' });
  log('started', machineOf(version));
  return {
    coreLost: ({ pid, exitCode, began }) => {
      const own = reportOf(folder, pid, began);
      if (own !== null) return own;
      // It was killed, or ran out of memory: nobody asked it.
      const uptime = Math.round((Date.now() - began) / 1000);
      const stop = { part: 'core', kind: 'ended', exitCode, process: pid, uptime, ...machineOf(version) } as const;
      return reportCrash(stop).reference;
    },
    screenLost: (reason) =>
      reportCrash({ part: 'window', kind: 'ended', reason: asReason(reason), ...machineOf(version) }),
  };
}

const asReason = (reason: string): GoneReason | undefined => goneReasons.find((one) => one === reason);

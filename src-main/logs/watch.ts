/** The last net of a process: what nobody caught leaves a report without a word of what was thrown. */

import type { Part } from './codes.ts';
import { reportCrash, type Written } from './crash.ts';
import { machineOf } from './machine.ts';
import { faultOf } from './place.ts';

type Watched = {
  readonly part: Part;
  /** Of the application. */
  readonly version: string;
  /** Ends the process, or makes it go on anew: after this nothing is certain any more. */
  readonly after: (written: Written) => void;
};

/** Node would print message and stack, and a message may quote a record. */
export function watchProcess({ part, version, after }: Watched): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      const kind = event === 'uncaughtException' ? 'exception' : 'rejection';
      const uptime = Math.round(process.uptime());
      after(reportCrash({ part, kind, ...faultOf(error), uptime, process: process.pid, ...machineOf(version) }));
    });
  }
}

/** What a validating child tells of its own end, and core's report of it. It reads hostile files: its word is parsed. */
import { z } from 'zod';
import { errorNames } from '../../../../src-shared/contract/stops.ts';
import { reportCrash } from '../../../logs/crash.ts';
import { machineOf } from '../../../logs/machine.ts';
import { type Fault, faultOf, Place } from '../../../logs/place.ts';
import { version } from '../../version.ts';
import type { FromValidator } from './messages.ts';

const told = z.object({
  name: z.enum(errorNames),
  code: z.string().max(60),
  at: z.object({ file: z.string().max(200), line: z.number(), column: z.number() }).nullable(),
});

/** In the child: class, code and place of what nobody caught. */
export function stoppedBy(error: unknown): FromValidator & { readonly kind: 'stopped' } {
  const { name, code, at } = faultOf(error);
  return { kind: 'stopped', name, code, at: at.told };
}

/** In core: as far as it fits the log's closed lists. */
export function faultTold(message: unknown): Partial<Fault> {
  const parsed = told.safeParse(message);
  if (!parsed.success) return {};
  const { name, code, at } = parsed.data;
  return { name, code, at: at === null ? Place.nowhere : Place.told(at) };
}

/** The import says by itself that it was lost: nobody has to be told again. */
export function reportValidator(kind: 'exception' | 'ended', fault: Partial<Fault> = {}): void {
  reportCrash({ part: 'validator', kind, ...fault, ...machineOf(version) }, { seen: true });
}

/** Updates of this workstation: how they stand, looking for one, installing it. */
import { z } from 'zod';
import { unknownAfterDays, updateState } from '../updates/state.ts';
import { empty, ok } from './primitives.ts';
import { query, task } from './procedure.ts';

export const updates = {
  status: query({
    summary: 'How updates stand on this workstation: version, offer, last check.',
    input: empty,
    output: z.strictObject({
      version: z.string(),
      state: updateState,
      /** No check held for so long, or none ever: a warning. */
      unknown: z.boolean(),
    }),
    needs: 'public',
    audits: { none: 'versions and times of this program; a locked screen offers an update too' },
  }),
  check: task({
    summary: `Look for an update now; otherwise every few hours, and after ${unknownAfterDays} days without one that held, that is said.`,
    input: empty,
    output: ok,
    needs: 'device:write',
    audits: 'update.checked',
  }),
  openBundle: task({
    summary: 'Look for an update in a bundle file or folder, of a stick or a share; the screen asks for it.',
    input: z.strictObject({ path: z.string().min(1).max(4096).exactOptional() }),
    output: ok,
    needs: 'device:write',
    audits: 'update.checked',
  }),
  install: task({
    summary: 'Install the update that is ready: everybody is signed out, a copy is made, the application starts anew.',
    input: z.strictObject({ version: z.string().max(64) }),
    output: ok,
    needs: 'session',
    audits: 'update.installed',
  }),
};

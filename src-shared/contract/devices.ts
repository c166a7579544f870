/** The clinic's workstations: who is in, taking one in, taking one out, and meeting the others. */
import { z } from 'zod';
import { updateRefusals } from '../updates/state.ts';
import { empty, fullDate, instant, ok, requiredLine } from './primitives.ts';
import { task } from './procedure.ts';
import { fingerprint } from './roster.ts';

const path = z.string().min(1).max(4096);
const words = z.array(z.string().max(20)).length(6);

export const device = z.strictObject({
  deviceId: z.string(),
  name: z.string(),
  /** `stranger`: the backend knows it, the roster does not. */
  status: z.enum(['active', 'removed', 'stranger']),
  key: fingerprint,
  /** This one. */
  here: z.boolean(),
  /** As the backend's register has it; null where nobody could ask it. */
  lastContact: instant.nullable(),
  version: z.string().nullable(),
  /** Of its last check for updates, as it said itself; null where it said nothing: none are looked for, or too old for it. */
  update: z
    .strictObject({
      /** Day of the last check that held. */
      checked: fullDate.nullable(),
      refusal: z.enum(updateRefusals).nullable(),
      /** None held for so long that whether there is an update is not known: a warning. */
      unknown: z.boolean(),
    })
    .nullable(),
  certificateUntil: instant.nullable(),
  /** Longer without contact than the clinic allows, or nearly: then only admins sign in there. */
  unseen: z.enum(['no', 'soon', 'too-long']),
});
export type Device = z.infer<typeof device>;

export const devices = {
  list: task({
    summary: 'The clinic’s workstations as the roster has them.',
    input: empty,
    output: z.strictObject({ devices: z.array(device) }),
    needs: 'device:read',
    audits: 'device.listed',
  }),
  remove: task({
    summary: 'Take a workstation out of the clinic: at its next contact it destroys its keys, locked or not.',
    input: z.strictObject({ deviceId: z.uuid() }),
    output: ok,
    needs: 'user:write',
    audits: 'device.removed',
  }),
  ask: task({
    summary: 'On a new workstation: make its keys and write a request that an admin elsewhere admits.',
    input: z.strictObject({ name: requiredLine(60), path }),
    output: ok,
    needs: 'public',
    audits: { none: 'nothing is set up yet; the admission is an entry on the other side' },
    channels: ['ctl'],
  }),
  words: task({
    summary: 'The six words of a request, to compare with the other screen before it is admitted.',
    input: z.strictObject({ path }),
    output: z.strictObject({ name: z.string(), words }),
    needs: 'user:write',
    audits: { none: 'reads a request; admitting it is the entry' },
    channels: ['ctl'],
  }),
  admit: task({
    summary: 'Sign a new workstation into the roster and write the welcome for it; answers the words to compare.',
    input: z.strictObject({ request: path, welcome: path }),
    output: z.strictObject({ words }),
    needs: 'user:write',
    audits: 'device.admitted',
    channels: ['ctl'],
  }),
  join: task({
    summary: 'On the new workstation: begin with the welcome and the six words that the other screen shows.',
    input: z.strictObject({ path, words: z.string().max(200) }),
    output: ok,
    needs: 'public',
    audits: 'setup.completed',
    channels: ['ctl'],
  }),
  meet: task({
    summary: 'One contact with the other workstations over a folder, with or without anybody signed in.',
    input: z.strictObject({ path }),
    output: z.strictObject({ changed: z.boolean(), published: z.boolean(), removedHere: z.boolean() }),
    needs: 'public',
    audits: 'device.met',
    channels: ['ctl'],
  }),
};

/** The clinic's connection to its backend, and new workstations that join over it. */
import { z } from 'zod';
import { empty, instant, ok, requiredLine } from './primitives.ts';
import { task } from './procedure.ts';

/** `host:port` or `host` (8443). */
export const backendAddress = z
  .string()
  .trim()
  .min(1)
  .max(260)
  .regex(/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?$/);
/** SHA-256 of the authority's certificate: 32 pairs of hex, colons between them. */
export const authorityFingerprint = z.string().regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
const words = z.array(z.string().max(20)).length(6);

const backendFacts = z.strictObject({
  address: z.string(),
  fingerprint: authorityFingerprint,
  name: z.string(),
  operator: z.string(),
  /** ISO 3166-1 code of the country where it stands. */
  region: z.string(),
  /** In the EU or EEA: without it there is no connecting. */
  inEu: z.boolean(),
});

export const backend = {
  get: task({
    summary: 'The backend that this clinic is connected to; null while there is none.',
    input: empty,
    output: z.strictObject({
      backend: backendFacts
        .extend({ certificateUntil: instant, used: z.number().nullable(), quota: z.number().nullable() })
        .nullable(),
    }),
    needs: 'device:read',
    audits: 'device.listed',
  }),
  probe: task({
    summary: 'Ask an address who it is: the authority’s fingerprint to compare, operator and country.',
    input: z.strictObject({ address: backendAddress }),
    output: backendFacts,
    needs: 'settings:write',
    audits: { none: 'asks a server for what it shows everybody; connecting is the entry' },
  }),
  connect: task({
    summary: 'Connect the clinic with the token its operator gave, after the fingerprint was compared.',
    input: z.strictObject({
      address: backendAddress,
      fingerprint: authorityFingerprint,
      token: z.string().trim().min(1).max(200),
    }),
    output: ok,
    needs: 'settings:write',
    audits: 'backend.connected',
  }),
};

export const enrolment = {
  open: task({
    summary: 'Begin to add a workstation: a one-time code for ten minutes.',
    input: empty,
    output: z.strictObject({ code: z.string(), address: z.string(), expiresAt: instant }),
    needs: 'user:write',
    audits: 'device.enrolment-opened',
  }),
  standing: task({
    summary: 'Whether a workstation has asked with the code, and the six words to compare with its screen.',
    input: empty,
    output: z.discriminatedUnion('state', [
      z.strictObject({ state: z.literal('none') }),
      z.strictObject({ state: z.literal('waiting'), expiresAt: instant }),
      z.strictObject({ state: z.literal('asked'), name: z.string(), words, expiresAt: instant }),
      z.strictObject({ state: z.literal('admitted'), name: z.string() }),
      z.strictObject({ state: z.literal('expired') }),
    ]),
    needs: 'user:write',
    audits: { none: 'looks whether somebody asked; admitting is the entry' },
  }),
  admit: task({
    summary: 'The words are the same on both screens: sign the new workstation into the roster and welcome it.',
    input: z.strictObject({ words }),
    output: ok,
    needs: 'user:write',
    audits: 'device.admitted',
  }),
  cancel: task({
    summary: 'The code is void.',
    input: empty,
    output: ok,
    needs: 'user:write',
    audits: { none: 'nothing was admitted' },
  }),
  ask: task({
    summary: 'On a new workstation: ask with address and code; answers the six words to compare.',
    input: z.strictObject({ address: backendAddress, code: z.string().min(1).max(200), name: requiredLine(60) }),
    output: z.strictObject({ words, clinicName: z.string() }),
    needs: 'public',
    audits: { none: 'nothing is set up yet; the admission is an entry on the other side' },
  }),
  answer: task({
    summary: 'On the new workstation: whether the admin has admitted it.',
    input: empty,
    output: z.strictObject({ state: z.enum(['none', 'waiting', 'welcomed', 'expired']) }),
    needs: 'public',
    audits: { none: 'nothing is set up yet' },
  }),
  finish: task({
    summary: 'On the new workstation: the words were the same; begin with the clinic’s directory.',
    input: z.strictObject({ words }),
    output: ok,
    needs: 'public',
    audits: 'setup.completed',
  }),
};

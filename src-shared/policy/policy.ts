/**
 * What IT staff set for a workstation, outside the application and above its settings. Flat on purpose: a file, the
 * Windows registry and a macOS profile hold the same names. Where from, and what wins: docs/guides/policies.md.
 */
import { z } from 'zod';
import { rings, updateChannels } from '../updates/target.ts';

const httpsAddress = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).username === '', {
    error: 'policy-https',
  });
/** An absolute folder or file of this machine or of a share: `/…`, `C:\…`, `\\server\share\…`. */
const place = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\[^\\]+\\[^\\]+)/, { error: 'policy-place' });
const certificates = z
  .string()
  .max(64 * 1024)
  .regex(/^\s*-----BEGIN CERTIFICATE-----/, { error: 'policy-certificate' });

export const policySchema = z.strictObject({
  /** Minutes until a workstation locks by itself; an admin cannot change it. */
  idleMinutes: z.number().int().min(1).max(60).exactOptional(),
  /** May people come back with a PIN? `false` forbids it whatever an admin sets; `true` leaves it to the admin. */
  pinAllowed: z.boolean().exactOptional(),
  /** `false`: nothing leaves by export or print, whoever asks. */
  exportAllowed: z.boolean().exactOptional(),
  /** Folders that receive copies of the encrypted record; the first that can be reached is used. */
  backupTargets: z.array(place).max(8).exactOptional(),
  /** Keeps the window out of screenshots and screen sharing, where the system can. */
  screenCaptureProtected: z.boolean().exactOptional(),
  /** Where updates come from: an https address, a folder, or `off`. */
  updateSource: z.union([z.literal('off'), httpsAddress, place]).exactOptional(),
  /** A TUF root.json: its text, or the file it is in. */
  updateRoot: z
    .union([
      z
        .string()
        .max(512_000)
        .regex(/^\s*\{/),
      place,
    ])
    .exactOptional(),
  updateChannel: z.enum(updateChannels).exactOptional(),
  updateRing: z.enum(rings).exactOptional(),
  /** Authorities of the clinic's own mirror, PEM, beside the system's. */
  updateCa: certificates.exactOptional(),
  /** `none`, or the address of a proxy; the system's when absent. */
  updateProxy: z
    .union([
      z.literal('none'),
      z
        .string()
        .max(2048)
        .regex(/^https?:\/\/[^\s/@]+\/?$/, { error: 'policy-proxy' }),
    ])
    .exactOptional(),
  /** The one backend that this workstation may be connected to. */
  backendAddress: httpsAddress.exactOptional(),
  /** SHA-256 fingerprint of its authority, hex. */
  backendCa: z
    .string()
    .regex(/^[0-9a-fA-F]{2}(?::?[0-9a-fA-F]{2}){31}$/, { error: 'policy-fingerprint' })
    .exactOptional(),
  /** A page of the clinic's own, opened in the browser from Help. */
  helpAddress: httpsAddress.exactOptional(),
});
export type Policy = Readonly<z.infer<typeof policySchema>>;
export type PolicyName = keyof Policy;

/** Where a workstation's policy was read from. */
export const policySources = ['none', 'file', 'registry', 'profile'] as const;
export type PolicySource = (typeof policySources)[number];

/** What can be wrong. Each has its words in the translations: `policyProblem.<code>`. */
export const policyProblemCodes = [
  'policy-owner', // others than administrators could write it
  'policy-unreadable', // the system did not let us read it
  'policy-too-large',
  'policy-syntax', // no JSON object, no property list, no list of values
  'policy-encoding', // letters that the registry's own tool cannot tell us
  'policy-too-deep',
  'policy-duplicate', // the same name twice
  'policy-unknown', // a name that there is not
  'policy-type', // a text where a number belongs, and the like
  'policy-range',
  'policy-value',
  'policy-https',
  'policy-place',
  'policy-certificate',
  'policy-proxy',
  'policy-fingerprint',
  'policy-backend', // connected to another backend than the one that is named
] as const;
export type PolicyProblemCode = (typeof policyProblemCodes)[number];

/** `name` is empty where it is the whole that is wrong. */
export type PolicyProblem = { readonly name: string; readonly code: PolicyProblemCode };

/**
 * What counts while a policy is there that cannot be read or does not fit: patients are cared for, nothing leaves, nothing
 * is fetched.
 */
export const strictPolicy: Policy = {
  idleMinutes: 5,
  pinAllowed: false,
  exportAllowed: false,
  screenCaptureProtected: true,
  updateSource: 'off',
};

export type ReadPolicy = {
  readonly policy: Policy;
  readonly source: PolicySource;
  /** Not empty: what is wrong with it; `policy` is then `strictPolicy`. */
  readonly problems: readonly PolicyProblem[];
};
export const noPolicy: ReadPolicy = { policy: {}, source: 'none', problems: [] };

/** What a support engineer may be shown of this workstation: read by a person first, then saved byte for byte. */
import { z } from 'zod';
import { empty } from './primitives.ts';
import { task } from './procedure.ts';

/** In the order of the file. Each has its heading in the translations (`diagnostics.part.<code>`). */
export const diagnosticParts = [
  'application',
  'start',
  'policies',
  'updates',
  'files',
  'database',
  'keychain',
  'backend',
  'checks',
  'crashes',
  'logs',
] as const;
export type DiagnosticPart = (typeof diagnosticParts)[number];

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const diagnostics = {
  preview: task({
    summary: 'Everything that a diagnostics file would hold, to read: the file is the texts one after the other.',
    input: empty,
    output: z.strictObject({
      parts: z.array(z.strictObject({ part: z.enum(diagnosticParts), text: z.string() })),
      /** Of the file, hex. */
      sha256,
      size: z.number().int().nonnegative(),
    }),
    needs: 'device:read',
    audits: 'diagnostics.made',
  }),
  save: task({
    summary: 'Write the diagnostics file that was previewed, byte for byte, where the user chooses.',
    input: z.strictObject({
      /** What was previewed at this screen. The command line may leave it out: then the file is made now. */
      sha256: sha256.exactOptional(),
      /** Only the command line may name a path; the screen is asked by a dialog. */
      path: z.string().min(1).max(4096).exactOptional(),
    }),
    output: z.strictObject({
      /** False: the dialog was dismissed. */
      saved: z.boolean(),
      sha256,
    }),
    needs: 'device:write',
    audits: 'diagnostics.made',
    takesOut: false, // nothing about people; a policy that went wrong must not silence who asks for help
  }),
};

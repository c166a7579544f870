/** The audit log as a bundle that an auditor outside checks with a program of its own (docs/protocols/audit-export.md). */
import { z } from 'zod';
import { empty, instant, ok } from './primitives.ts';
import { task } from './procedure.ts';

export const auditBundle = {
  save: task({
    summary:
      'The log with its proofs, for carekeep-verify: everything, or entries of a time in full and the hashes of all others.',
    input: z.strictObject({
      from: instant.nullable(),
      to: instant.nullable(),
      /** A copy of carekeep-verify.mjs in the same folder. */
      verifier: z.boolean().default(false),
      /** Only the command line may name a path; the screen is asked by a dialog. Zipped where it ends in `.gz`. */
      path: z.string().min(1).max(4096).optional(),
    }),
    output: z.strictObject({
      saved: z.boolean(),
      bytes: z.number().int(),
      /** In full; all others are there as hashes. */
      entries: z.number().int(),
      /** Of the clinic's identity, as the verifier prints it. */
      fingerprint: z.string(),
    }),
    needs: 'audit:export',
    audits: 'export.audit',
    takesOut: true,
  }),
  cancel: task({
    summary: 'Stop the export of the log with its proofs; nothing of the file stays.',
    input: empty,
    output: ok,
    needs: 'audit:export',
    audits: { none: 'the stopped export leaves the entry of its failure' },
  }),
};

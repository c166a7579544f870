/** How far an update has come on a workstation: `<profile>/update/journal.json` (docs/protocols/update.md). Not secret. */
import { z } from 'zod';
import { offer, selfCheckFailures, updateRefusals } from './state.ts';
import { semanticVersion, targetFileName } from './target.ts';

/** A package in `<profile>/update/packages`, and how to tell that it is still the one that targets named. */
export const stagedPackage = z.strictObject({
  version: semanticVersion,
  file: z.string().regex(targetFileName),
  sha512: z.string().regex(/^[0-9a-f]{128}$/),
  length: z.number().int().positive(),
  package: z.enum(['nsis', 'deb', 'appimage', 'zip']),
});
export type StagedPackage = z.infer<typeof stagedPackage>;

export const installStates = ['staged', 'prepared', 'installing', 'trial', 'kept', 'failed'] as const;
export type InstallState = (typeof installStates)[number];

const instant = z.number().int().nonnegative();
const few = z.number().int().nonnegative().max(1000);

export const installing = z
  .strictObject({
    state: z.enum(installStates),
    from: semanticVersion,
    to: semanticVersion,
    offer,
    package: stagedPackage,
    /** Of the version before; null where the repository does not have it. */
    back: stagedPackage.nullable(),
    /** Starts of the new version that have not come through the first half of the self-check. */
    starts: few,
    /** Times that an installer was begun and the version stayed what it was. */
    tries: few,
    reason: z.enum(selfCheckFailures).nullable(),
    at: instant,
  })
  // What we never wrote ourselves says nothing.
  .refine(({ from, to, offer: { version }, package: { version: brought }, back }) => {
    return from !== to && to === version && to === brought && (back === null || back.version === from);
  });
export type Installing = z.infer<typeof installing>;

export const updateJournal = z.strictObject({
  version: z.literal(1),
  /** Versions that did not stay here. */
  failed: z.array(semanticVersion).max(100),
  lastGood: instant.nullable(),
  lastTry: instant.nullable(),
  refusal: z.enum(updateRefusals).nullable(),
  install: installing.nullable(),
  /** An end that the audit log has not been told of. */
  untold: z
    .strictObject({ outcome: z.enum(['kept', 'fell-back']), from: semanticVersion, to: semanticVersion })
    .nullable(),
});
export type UpdateJournal = z.infer<typeof updateJournal>;

/** In these nobody but the update's own steps may open the record. */
export const unsettled: ReadonlySet<InstallState> = new Set<InstallState>(['installing', 'trial', 'failed']);

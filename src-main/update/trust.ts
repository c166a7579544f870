/** What the keychain's part of the trust says about files and versions (docs/protocols/update.md, "What a workstation trusts"). */
import type { UpdateTrust } from '../../src-shared/updates/state.ts';
import { canonicalBytes } from '../core/crypto/canonical.ts';
import { sha256 } from '../core/crypto/hash.ts';
import type { RootFile } from './parse.ts';
import { Refused } from './refusals.ts';
import type { Anchor } from './seam.ts';

export const seenRoles = ['timestamp', 'snapshot', 'targets'] as const;
export type SeenRole = (typeof seenRoles)[number];

export function sha256Hex(bytes: Uint8Array): string {
  return sha256(bytes).toString('hex');
}

/** Who signs a role, as one value: versions of a role count only while it stays the same. */
export function keysOf(root: RootFile, role: SeenRole): string {
  const { keyids, threshold } = root.signed.roles[role];
  return sha256Hex(canonicalBytes([threshold, [...new Set(keyids)].sort()]));
}

/**
 * What of the keychain's part still counts under this anchor: nothing where a policy names another one, or named the one
 * that is written down; all of it where the same, or merely another package, brings it.
 */
export function stillTrusted(trust: UpdateTrust | null, anchor: Anchor): UpdateTrust | null {
  if (trust === null || trust.anchor === sha256Hex(anchor.bytes)) return trust;
  return anchor.from === 'policy' || trust.anchorFrom === 'policy' ? null : trust;
}

/** Did one of the roles below root change hands since? Then none of their files is a measure for the new ones. */
export function handsChanged(trust: UpdateTrust | null, root: RootFile): boolean {
  return seenRoles.some((role) => {
    const seen = trust?.roles[role];
    return seen !== null && seen !== undefined && seen.keys !== keysOf(root, role);
  });
}

export type Versions = Readonly<Record<SeenRole, number>>;

/** @throws Refused rolled-back, mixed */
export function demandNotBehind(trust: UpdateTrust, root: RootFile, rootHash: string, versions: Versions): void {
  const { version } = root.signed;
  if (version < trust.root.version) throw new Refused('rolled-back');
  if (version === trust.root.version && rootHash !== trust.root.sha256) throw new Refused('mixed');
  for (const role of seenRoles) {
    const seen = trust.roles[role];
    if (seen !== null && seen.keys === keysOf(root, role) && versions[role] < seen.version) {
      throw new Refused('rolled-back');
    }
  }
}

/** What goes to the keychain after a check that held. */
export function trustAfter(
  anchor: Anchor,
  root: RootFile,
  rootHash: string,
  versions: Versions,
  application: string,
): UpdateTrust {
  const seen = (role: SeenRole) => ({ version: versions[role], keys: keysOf(root, role) });
  return {
    version: 1,
    anchor: sha256Hex(anchor.bytes),
    anchorFrom: anchor.from,
    root: { version: root.signed.version, sha256: rootHash },
    roles: { timestamp: seen('timestamp'), snapshot: seen('snapshot'), targets: seen('targets') },
    application,
  };
}

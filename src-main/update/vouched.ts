/**
 * Whether the signers vouch for a package, judged right before it is handed over and from nothing that whoever writes to
 * the profile could have made: the anchor is the package's or the policy's, how new things must be is the keychain's.
 */
import { Metadata, MetadataKind } from '@tufjs/models';
import semver from 'semver';
import type { StagedPackage } from '../../src-shared/updates/journal.ts';
import type { UpdateTrust } from '../../src-shared/updates/state.ts';
import type { PackageKind, UpdateChannel } from '../../src-shared/updates/target.ts';
import { candidates } from './choose.ts';
import { parseMetadata } from './parse.ts';
import { chainedRoot, metadataFile, type TrustedRoot } from './root-chain.ts';
import type { Anchor } from './seam.ts';
import { keysOf, sha256Hex, stillTrusted } from './trust.ts';

export type Vouching = {
  /** Folder of the last good metadata. */
  readonly metadata: string;
  readonly anchor: Anchor;
  /** What the keychain has. */
  readonly trust: UpdateTrust | null;
  readonly platform: string;
  readonly arch: string;
  readonly kind: PackageKind;
  /** What runs. */
  readonly version: string;
};

/** Is the root at least the one that the keychain knows? */
function newEnough(root: TrustedRoot, targets: number, trust: UpdateTrust | null): boolean {
  if (trust === null) return true;
  const { version } = root.file.signed;
  if (version < trust.root.version) return false;
  if (version === trust.root.version && sha256Hex(root.bytes) !== trust.root.sha256) return false;
  const seen = trust.roles.targets;
  return seen === null || seen.keys !== keysOf(root.file, 'targets') || targets >= seen.version;
}

/** Do the targets that lie here, signed as the newest root demands, name exactly this package for this workstation? */
async function isNamed(staged: StagedPackage, vouching: Vouching, channel: UpdateChannel | null): Promise<boolean> {
  const { metadata, anchor, platform, arch, kind } = vouching;
  try {
    const root = await chainedRoot(metadata, anchor.bytes);
    const bytes = await metadataFile(metadata, 'targets.json', 'targets');
    if (root === null || bytes === null) return false;
    root.metadata.verifyDelegate(
      'targets',
      Metadata.fromJSON(MetadataKind.Targets, JSON.parse(bytes.toString('utf8'))),
    );
    const { signed } = parseMetadata('targets', bytes);
    if (!newEnough(root, signed.version, stillTrusted(vouching.trust, anchor))) return false;
    return candidates(signed.targets).some(
      ({ file, sha512, length, custom }) =>
        file === staged.file &&
        sha512 === staged.sha512 &&
        length === staged.length &&
        custom.version === staged.version &&
        custom.package === staged.package &&
        custom.package === kind &&
        custom.platform === platform &&
        custom.arch === arch &&
        (channel === null || custom.channel === channel),
    );
  } catch {
    // Below the threshold, or nothing that a signature could be made over.
    return false;
  }
}

/**
 * A newer package than the running version, of the channel that this workstation follows, or, with `channel` null, the
 * one that ran before and comes back. Neither may be below what the keychain remembers: a forged journal would bring back
 * any old one. Where it cannot be asked (`trust` null), the signers' word alone decides.
 */
export async function isVouched(
  staged: StagedPackage,
  vouching: Vouching,
  channel: UpdateChannel | null,
): Promise<boolean> {
  const { version, trust } = vouching;
  const after = semver.compare(staged.version, version);
  if (channel === null ? after >= 0 : after <= 0) return false;
  if (trust !== null && semver.lt(staged.version, trust.application)) return false;
  return isNamed(staged, vouching, channel);
}

/** What the parts of the updater hand to each other. */
import type { Offer, UpdateRefusal, UpdateTrust } from '../../src-shared/updates/state.ts';
import type { PackageKind, Ring, UpdateChannel } from '../../src-shared/updates/target.ts';

/** The workstation, as far as it decides what is offered. */
export type Here = {
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
  readonly channel: UpdateChannel;
  readonly ring: Ring;
  readonly package: PackageKind;
  /** Empty before the clinic is set up. */
  readonly deviceId: string;
  /** Versions that failed here. */
  readonly failed: readonly string[];
};

/** A package that targets name, and how to tell that a file is it. */
export type Found = {
  readonly offer: Offer;
  /** The target's path. */
  readonly path: string;
  readonly file: string;
  /** Hex. */
  readonly sha512: string;
  readonly length: number;
  readonly package: PackageKind;
};

/** Where a repository is read from. Every failure is a `Refused`, or the signal's reason. */
export type Source = {
  readonly kind: 'https' | 'folder' | 'bundle';
  /** A whole file of at most `limit` bytes. @param path `metadata/…` or `targets/…` */
  read(path: string, limit: number, signal: AbortSignal): Promise<Buffer>;
  /** A file's bytes from the offset `from`. */
  open(path: string, from: number, signal: AbortSignal): AsyncIterable<Buffer>;
  close(): Promise<void>;
};

/** The first root, and who named it. */
export type Anchor = { readonly bytes: Buffer; readonly from: 'policy' | 'package' };

export type CheckOptions = {
  readonly source: Source;
  readonly anchor: Anchor;
  /** What the keychain has; null before the first check that held. */
  readonly trust: UpdateTrust | null;
  /** Folder of the last good metadata; a check works in another one beside it. */
  readonly metadata: string;
  readonly here: Here;
  /** When a check last held here, milliseconds: before it this machine's clock cannot be right. */
  readonly lastGood: number | null;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

export type CheckOutcome =
  | {
      readonly ok: true;
      readonly trust: UpdateTrust;
      /** Trust began at the anchor: the first time, or because a policy named another one. */
      readonly anchored: boolean;
      readonly found: Found | null;
      /** The package of the running version, if targets have it. */
      readonly running: Found | null;
      /** Makes the checked metadata the last good ones. `trust` goes to the keychain after it. @throws Refused */
      commit(): Promise<void>;
    }
  | { readonly ok: false; readonly refusal: UpdateRefusal };

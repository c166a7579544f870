/** For whoever checks many bundles that hardly differ; answers in it depend on nothing but bytes. */
export class Memory {}

export type Options = {
  /** C2SP verifier keys of witnesses to trust. */
  readonly witnesses?: readonly string[];
  /** Earlier heads that must be ancestors; `root` in base64. */
  readonly known?: readonly { readonly size: number; readonly root: string }[];
  /** The clinic's identity, base64 or its fingerprint. */
  readonly clinic?: string | undefined;
  /** What earlier calls found of the very same bytes. */
  readonly memory?: Memory | undefined;
};
export type Report = {
  readonly valid: boolean;
  /** Entries of people that a key of theirs signed, those among entries that are not here included. */
  readonly signed: number;
  /** Entries of people that none signed, or not yet. */
  readonly unsigned: number;
  /** People acted, and nothing of it is signed by any of them. */
  readonly nobodySigned: boolean;
  /** A witness that the reader trusts saw this log, or it goes on from a head that the reader knows. */
  readonly outsideVouches: boolean;
  readonly problem: {
    readonly code: string;
    /** An entry's number, a span `a-b` of entries (b is not in it), or a place in the export. */
    readonly at: string;
    readonly line: number;
    readonly words: string;
    readonly more: string;
  } | null;
  readonly log: {
    readonly origin: string;
    readonly clinicId: string;
    readonly clinicIdentity: string;
    readonly fingerprint: string;
    readonly compared: boolean;
    readonly deviceId: string;
    readonly madeAt: number;
    readonly from: number;
    readonly to: number;
  } | null;
  readonly entries: {
    readonly size: number;
    readonly carried: number;
    readonly leftOut: number;
    readonly pruned: number;
    /** Behind the last checkpoint. */
    readonly behind: number;
    /** Without a session: no person signs them. */
    readonly core: number;
    readonly clockBack: { readonly count: number; readonly first: number; readonly by: number };
  };
  readonly roster: number;
  readonly checkpoints: {
    readonly count: number;
    readonly size: number;
    readonly root: string;
    readonly first: number;
    readonly last: number;
    readonly anchors: readonly {
      readonly number: number;
      readonly size: number;
      readonly reason: string;
      readonly by: readonly string[];
    }[];
  };
  readonly witnesses: readonly {
    readonly name: string;
    readonly trusted: boolean;
    readonly checkpoints: number;
    readonly size: number;
    readonly time: number;
  }[];
  readonly users: readonly {
    readonly id: string;
    readonly name: string;
    readonly signed: number;
    readonly unsigned: number;
    readonly unchecked: number;
    readonly behind: number;
    readonly places: readonly string[];
    readonly morePlaces: number;
  }[];
  readonly prunes: readonly {
    readonly id: string;
    readonly below: number;
    readonly removed: number;
    readonly kept: number;
    readonly at: number;
    readonly refused: string;
    readonly admins: readonly string[];
  }[];
  readonly notProved: readonly string[];
};

/** Reasons by code, in plain words. */
export const reasons: Readonly<Record<string, string>>;
/** What no role of the clinic's own may hold. */
export const neverOwn: readonly string[];
/** Of a base64 key: eight groups of four hex digits. */
export function fingerprint(key: string): string;
/** Lines without their ends, or bytes in pieces. */
export function verifyBundle(
  source: readonly string[] | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options?: Options,
): Promise<Report>;
/** The same, at once, for a bundle held in memory. */
export function verifyLines(lines: readonly string[], options?: Options): Report;

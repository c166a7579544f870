/**
 * What core and the validating child say to each other (child_process, serialization 'advanced').
 *
 * core → child: one request (`preview`, `import` or `judge`), then `ack` for each `batch` taken, perhaps `cancel`.
 * child → core: for a preview one `previewed` per file; for `judge` one `judged`; for an import any number of `batch` and `progress` per file and
 * then its `verdict`; last of all `done`. Batches of a file may come before its refusal: the writer shows a file's
 * rows only after a verdict with `accepted`.
 */
import type { ErrorName } from '../../../../src-shared/contract/stops.ts';
import type { Extract } from '../../../../src-shared/fhir/extract.ts';
import type { FoundReference } from '../../../../src-shared/fhir/references.ts';
import type { Refusal } from '../../../../src-shared/fhir/refusals.ts';
import type { ToldPlace } from '../../../logs/place.ts';

/** `index` names the file everywhere else: paths stay with core. */
export type FileToRead = { readonly index: number; readonly path: string };

export type ValidatorRequest =
  | { readonly kind: 'preview'; readonly files: readonly FileToRead[] }
  /** `today` (ISO date) decides which names of a patient are former ones. */
  | { readonly kind: 'import'; readonly files: readonly FileToRead[]; readonly today: string }
  /** Single resources that no file brought: merged texts of several workstations. */
  | { readonly kind: 'judge'; readonly texts: readonly string[] };
export type ToValidator = ValidatorRequest | { readonly kind: 'ack' } | { readonly kind: 'cancel' };

/** Batches sent and not yet acknowledged, at most. */
export const credits = 4;

export type FileFormat = 'json' | 'ndjson';

export type FilePreview = {
  readonly file: number;
  readonly bytes: number;
  readonly format: FileFormat;
  /** `type` of the Bundles in it (document, collection, …); more than one only in NDJSON. */
  readonly bundleTypes: readonly string[];
  readonly resources: number;
  readonly patients: number;
  /** Resources by type. */
  readonly types: Readonly<Record<string, number>>;
  /** Not empty: the file would be refused. A preview reads and parses, the validators run with the import. */
  readonly refusals: readonly Refusal[];
};

export type RowReference = FoundReference & {
  /** The entry of the same bundle that it leads to, where it does. */
  readonly entry?: number;
};

export type ImportRow = {
  readonly file: number;
  /** NDJSON line, from 1. */
  readonly line?: number;
  /** Which Bundle of this file it is part of, and as which entry. */
  readonly bundle?: number;
  readonly entry?: number;
  /** Path of the resource in its file or line: `entry[3].resource`, '' for the root. */
  readonly path: string;
  readonly type: string;
  /** The id and the fullUrl the source gave it. */
  readonly sourceId: string | undefined;
  readonly fullUrl: string | undefined;
  /** Exactly the JSON text of the file. */
  readonly text: string;
  /** First 16 bytes of SHA-256 over the text without white space: equal for equal content. */
  readonly hash16: Uint8Array;
  readonly columns: Omit<Extract, 'references'>;
  readonly references: readonly RowReference[];
};

/** A Bundle, sent after its rows. */
export type ImportBundle = {
  readonly file: number;
  readonly line?: number;
  readonly bundle: number;
  readonly bundleType: string;
  readonly sourceId: string | undefined;
  readonly entries: number;
  /** whole: `text` is the Bundle as it came (type document); else the envelope of src-shared/fhir/envelope.ts. */
  readonly whole: boolean;
  readonly text: string;
  /** As for rows, over the whole Bundle. */
  readonly hash16: Uint8Array;
};

export type ImportBatch = {
  readonly file: number;
  readonly rows: readonly ImportRow[];
  readonly bundles: readonly ImportBundle[];
};

export type FileVerdict = {
  readonly file: number;
  readonly accepted: boolean;
  readonly format: FileFormat;
  readonly bytes: number;
  readonly resources: number;
  readonly refusals: readonly Refusal[];
  /** True: there were more than the refusals listed, and the rest of the file was not read. */
  readonly cutShort: boolean;
};

export type FromValidator =
  | { readonly kind: 'previewed'; readonly preview: FilePreview }
  | { readonly kind: 'batch'; readonly batch: ImportBatch }
  | {
      readonly kind: 'progress';
      readonly file: number;
      readonly bytes: number;
      readonly ofBytes: number;
      readonly resources: number;
    }
  | { readonly kind: 'verdict'; readonly verdict: FileVerdict }
  /** Of each text of a `judge` request, in their order: is it FHIR R4? */
  | { readonly kind: 'judged'; readonly valid: readonly boolean[] }
  /** Its last word before it ends by what nobody caught: class, code and place. Never handed on. */
  | {
      readonly kind: 'stopped';
      readonly name: ErrorName;
      readonly code: string;
      readonly at: ToldPlace | null;
    }
  /** lost: the child ended without saying so; files without a verdict are to be refused as `validator-lost`. */
  | { readonly kind: 'done'; readonly outcome: 'finished' | 'cancelled' | 'lost' };

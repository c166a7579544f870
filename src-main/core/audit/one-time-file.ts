/** The small file of one-time keys, as checkpoints use it; the vault keeps it. */

/** While checkpoint `number` is the next to make: its private key and the one after it. */
export type OneTimeKeys = { readonly number: number; readonly keys: readonly [Buffer, Buffer] };

export interface OneTimeFile {
  /** What the file holds; undefined when it is not there or no slot of it opens. */
  read(): OneTimeKeys | undefined;
  /** Keys from this number on become what the file holds; what it held before is overwritten. @throws CallError disk-full, not-writable */
  write(keys: OneTimeKeys): void;
  /** A new private key. */
  fresh(): Buffer;
}

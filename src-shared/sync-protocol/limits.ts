/** What both sides hold each other to. */
export const limits = {
  /** Ops in one batch. */
  batchOps: 1_000,
  /** Bytes of one envelope. */
  batchBytes: 4 * 1024 * 1024,
  /** Bytes of a resource's text inside an op; a longer one travels as a blob. */
  inlineJson: 256 * 1024,
  /** Bytes of one chunk of a blob before it is sealed. */
  chunkBytes: 1024 * 1024,
  chunksOfBlob: 1024,
  /** Rows and plain bytes of one page. */
  pageRows: 2_000,
  pageBytes: 4 * 1024 * 1024,
  /** Slots in one request. */
  slots: 2_000,
  /** Leaves in one answer. */
  leaves: 65_536,
  directoryBytes: 16 * 1024 * 1024,
  mailboxRequestBytes: 64 * 1024,
  mailboxWelcomeBytes: 32 * 1024 * 1024,
  mailboxMinutes: 10,
  /** A clinic's token that nobody used is good for nothing after this. */
  tokenDays: 14,
  certificateDays: 7,
  /** So long after its removal a workstation that was away still gets a certificate, for the directory alone. */
  revokedDays: 90,
  /** Longest time an answer of `/v1/state` is held back, seconds. */
  waitSeconds: 25,
  /** Batches since the last snapshot after which another is made. */
  snapshotEvery: 2_000,
  /** Ops taken in one transaction. */
  sliceOps: 250,
} as const;

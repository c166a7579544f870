/** What a bench measures: a figure, the peer and the limit it was measured beside, and the bound it is held to. */

export type Beside = {
  readonly name: string;
  readonly value: number;
  /** How the figure stands to it, larger is better for us: 20,000 = twenty thousand times faster than the peer. */
  readonly ratio: number;
};

export type Figure = {
  /** `search two letters, 100,000 patients, p95`. */
  readonly name: string;
  readonly value: number;
  readonly unit: 'B' | 'ms' | 'µs' | '×' | 'per s' | 'MB' | 'count';
  readonly samples: number;
  /** What another product needs for the same work, in the same run. */
  readonly peer?: Beside;
  /** What the same work takes at least: without encryption, without audit, without us. */
  readonly limit?: Beside;
  /** The promise of the issue, as written there, and whether this run kept it. */
  readonly bound?: { readonly text: string; readonly holds: boolean };
  /** Said below the table: what was left out or scaled down. */
  readonly note?: string;
};

export type Bench = {
  /** As in `--only`; also the file's name. */
  readonly name: string;
  readonly run: (run: BenchRun) => Promise<readonly Figure[]>;
};

export type BenchRun = {
  /** A folder of this bench's own, removed afterwards. */
  readonly scratch: string;
  /** Where synthetic clinics are kept between runs. */
  readonly cache: string;
  /** 1: the sizes of the issue. Smaller while working on the benches themselves. */
  readonly scale: number;
  readonly seed: number;
  /** One line about what goes on, to stderr. */
  readonly say: (line: string) => void;
};

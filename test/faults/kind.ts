/** What a kind of fault is: a file in `kinds/` whose default export says its name and runs its trials. */
import type { Prng } from './prng.ts';

export type Kind = {
  /** As in `--only`; also the file's name. */
  readonly name: string;
  /** Trials at scale 1. */
  readonly full: number;
  /** Plays every seed of `run.seeds` through `run.trial`; may prepare things first and share them between trials. */
  readonly run: (run: Run) => Promise<void>;
};

export type Run = {
  /** One per trial. A trial must depend on its seed only, so that the seed replays it alone. */
  readonly seeds: readonly number[];
  /** A folder of this kind's own, removed afterwards. */
  readonly scratch: string;
  /** Plays one trial; what it throws is a failure of that seed. Never throws itself. */
  readonly trial: (seed: number, work: (random: Prng) => Promise<void>, limits?: TrialLimits) => Promise<void>;
  /** A line of figures under the kind's own; for what is counted and not judged. */
  readonly note: (line: string) => void;
};

export type TrialLimits = {
  /** Milliseconds until a trial that does not end counts as failed. */
  readonly milliseconds?: number;
};

/** Thrown by a trial whose promise did not hold. The text goes into the report: names and numbers, no content. */
export class Broken extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Broken';
  }
}

/** Thrown by a trial that this machine cannot play; it is reported as skipped, with the reason. */
export class CannotPlay extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'CannotPlay';
  }
}

/** @throws Broken with the reason unless `condition` */
export function hold(condition: boolean, reason: string | (() => string)): asserts condition {
  if (!condition) throw new Broken(typeof reason === 'string' ? reason : reason());
}

export type KindRecord = {
  readonly name: string;
  readonly tried: number;
  readonly held: number;
  readonly failed: readonly { readonly seed: number; readonly reason: string }[];
  readonly skipped: readonly { readonly seed: number; readonly reason: string }[];
  /** Figures that are no verdict. */
  readonly notes: readonly string[];
  readonly seconds: number;
  readonly seed: number;
  readonly scale: number;
};

/** One start-up state and how it is produced. */
import type { StartState } from '../../../src-shared/contract/app.ts';
import type { Stage } from './stage.ts';

export type StartCase = {
  readonly name: string;
  /** The states it leads to, for the list of what is covered. */
  readonly states: readonly StartState[];
  readonly play: (stage: Stage) => Promise<void>;
};

import type { Output } from '../../../src-shared/contract/index.ts';

/** The recovery words as core answers them, once. */
export type Kit = Output<'setup.create'>;

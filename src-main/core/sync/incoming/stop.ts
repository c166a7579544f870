/** Why the exchange stops, and what it waits for. */
import type { SyncProblem } from '../../../../src-shared/contract/sync.ts';

/** Codes for entries and logs: where it did not hold. Never a value of what came. */
export const stopDetails = [
  'position', // not the next one of the log
  'envelope', // no envelope, or its body is another
  'tenant',
  'signature',
  'stranger', // a device that no roster lists
  'chain', // its number or the one before it
  'seen', // its author was shown another log
  'seen-future', // its author saw more than there is
  'not-ours', // under this workstation's name, and never made here
  'partial', // another than the one taken in part
  'head', // the signed head is not one
  'head-root', // the head's root is not ours
  'head-shorter',
  'short-list', // the head vouches for more than is given
  'promise', // what was told stored at a position is not there
  'leaves',
  'snapshot',
  'page', // a page is not what the op says
  'blob',
  'slot',
  'answer', // an answer that is none
  'roster', // who the batch says was removed is not
] as const;
export type StopDetail = (typeof stopDetails)[number];

/** Nothing more is taken, and what is here stays as it is, until somebody has looked. */
export class SyncStop extends Error {
  readonly problem: SyncProblem;
  readonly detail: StopDetail;
  readonly position: number | null;

  constructor(problem: SyncProblem, detail: StopDetail, position: number | null = null) {
    super(`${problem}: ${detail}`);
    this.name = 'SyncStop';
    this.problem = problem;
    this.detail = detail;
    this.position = position;
  }
}

/** Not an attack: something has to come first. */
export class SyncWaits extends Error {
  /** `directory`: a device or a removal that the roster here does not know yet; `clinic-key`: an epoch. */
  readonly what: 'directory' | 'clinic-key';
  readonly detail: StopDetail;
  readonly position: number;

  constructor(what: 'directory' | 'clinic-key', detail: StopDetail, position: number) {
    super(`waits for ${what}`);
    this.name = 'SyncWaits';
    this.what = what;
    this.detail = detail;
    this.position = position;
  }
}

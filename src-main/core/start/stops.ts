/** What stopped: reports of the screen, and telling the next screen of the last one. */
import type { HandlerInput, Output } from '../../../src-shared/contract/index.ts';
import { lastUnseen, markSeen, reportCrash } from '../../logs/crash.ts';
import { openFolder } from '../../logs/log.ts';
import { machineOf } from '../../logs/machine.ts';
import { Place } from '../../logs/place.ts';
import { version } from '../version.ts';

/** Whom it helps after that: whoever sits here tomorrow did not see it. */
const tellWithin = 24 * 3_600_000;
const reportsAMinute = 5;
const minute = 60_000;
/** Where the build puts what the screen runs. */
const bundle = 'out/renderer/assets/';

export class Stops {
  readonly #now: () => number;
  #minute = { began: Number.NEGATIVE_INFINITY, reports: 0 };

  /** @param now monotonic, milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A page that calls for ever fills neither disk nor log. */
  #mayReport(): boolean {
    const now = this.#now();
    if (now >= this.#minute.began + minute) this.#minute = { began: now, reports: 0 };
    this.#minute.reports += 1;
    return this.#minute.reports <= reportsAMinute;
  }

  /** The person has a screen before them that says so: the next one needs not. */
  report({ kind, name, code, at }: HandlerInput<'app.reportFault'>): Output<'app.reportFault'> {
    if (!this.#mayReport()) return { reference: null };
    const place = at === null ? Place.nowhere : Place.told({ ...at, file: bundle + at.file });
    const stop = { part: 'screen', kind, name, code: code ?? '', at: place, ...machineOf(version) } as const;
    return { reference: reportCrash(stop, { seen: true }).reference };
  }

  last(now: number): Output<'app.lastStop'> {
    const folder = openFolder();
    const found = folder === null ? null : lastUnseen(folder, now, tellWithin);
    return { stop: found === null ? null : { reference: found.reference, at: found.at, part: found.part } };
  }

  seen(reference: string): void {
    const folder = openFolder();
    if (folder !== null) markSeen(folder, reference);
  }
}

/**
 * What the journal means for the version that starts now. Decided before core starts and before anything else of the
 * updater is loaded; an end at any moment is decided anew by the next start.
 */
import { rmSync } from 'node:fs';
import type { Installing, UpdateJournal } from '../../src-shared/updates/journal.ts';
import type { SelfCheckFailure } from '../../src-shared/updates/state.ts';
import { CopyDamaged, putBack } from './back.ts';
import { beforeFolder, readJournal, writeJournal } from './journal.ts';

/** Starts of a new version that may end before it has shown that it works. */
export const mostStarts = 3;
/** Times that an installer is begun for one package. */
export const mostTries = 3;
const copyKept = 7 * 86_400_000;

export type UpdateStart = {
  readonly journal: UpdateJournal;
  /** The first starts of a new version; `failure`: it did not prove itself, and waits for the one before. */
  readonly trial: (Pick<Installing, 'from' | 'to'> & { readonly failure: SelfCheckFailure | null }) | null;
  /** The version before is back, and with it what was copied. */
  readonly fellBackFrom: string | null;
};

const settled = (journal: UpdateJournal): UpdateStart => ({ journal, trial: null, fellBackFrom: null });

/** The version that is back gets its files back; the one that failed is remembered. */
async function fellBack(profile: string, journal: UpdateJournal, install: Installing): Promise<UpdateStart> {
  try {
    await putBack(profile, install.from);
  } catch (error) {
    // Nothing was touched: core says what it finds, a database newer than this version among it.
    if (!(error instanceof CopyDamaged)) throw error;
  }
  const { from, to } = install;
  const failed = [...journal.failed.filter((version) => version !== to), to].slice(-100);
  const next: UpdateJournal = { ...journal, failed, install: null, untold: { outcome: 'fell-back', from, to } };
  writeJournal(profile, next);
  return { journal: next, trial: null, fellBackFrom: to };
}

function onTrial(profile: string, journal: UpdateJournal, install: Installing): UpdateStart {
  const starts = install.state === 'trial' ? install.starts + 1 : 1;
  const next: Installing =
    starts > mostStarts ? { ...install, state: 'failed', reason: 'starts' } : { ...install, state: 'trial', starts };
  const written = { ...journal, install: next };
  writeJournal(profile, written);
  const { from, to } = install;
  return { journal: written, trial: { from, to, failure: next.reason }, fellBackFrom: null };
}

/** @param version the one that starts now */
export async function beginUpdates(profile: string, version: string, now: number): Promise<UpdateStart> {
  const journal = readJournal(profile);
  const { install } = journal;
  if (install === null) return settled(journal);
  const keep = (next: Installing | null): UpdateStart => {
    const written = { ...journal, install: next };
    writeJournal(profile, written);
    return settled(written);
  };
  // Somebody installed a third version by hand: what was under way is not its business.
  if (version !== install.from && version !== install.to) return keep(null);
  const isNew = version === install.to;
  switch (install.state) {
    case 'staged':
      // Brought up to it by hand.
      return isNew ? keep(null) : settled(journal);
    case 'prepared':
      // The copy is of a moment that people will have worked past: it is made anew when it is asked for again.
      return isNew ? onTrial(profile, journal, install) : keep({ ...install, state: 'staged' });
    case 'installing':
      if (isNew) return onTrial(profile, journal, install);
      if (install.tries < mostTries) return keep({ ...install, state: 'staged' });
      return keep(null);
    case 'trial':
      // The version before is here again though nobody told it so: its files are, too.
      return isNew ? onTrial(profile, journal, install) : fellBack(profile, journal, install);
    case 'failed': {
      const { from, to, reason } = install;
      if (!isNew) return fellBack(profile, journal, install);
      return { journal, trial: { from, to, failure: reason ?? 'starts' }, fellBackFrom: null };
    }
    case 'kept': {
      if (!isNew || now - install.at < copyKept) return settled(journal);
      rmSync(beforeFolder(profile, install.from), { recursive: true, force: true });
      return keep(null);
    }
  }
}

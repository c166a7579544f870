/** Edits of single entries: a field, an entry less, an entry more, two exchanged, another time, another workstation's. */

import { parseCheckpoint } from '../../../src-main/core/audit/checkpoint-note.ts';
import { parseActions } from '../../../src-main/core/audit/checkpoint-store.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { type Attempt, checkpointAt, type Edit, rewritten } from './attempt.ts';
import { edited, fields, forged, renumbered } from './entries.ts';
import type { Insider } from './insider.ts';

export function entryAt(insider: Insider, at: number): Buffer {
  const entry = insider.entries[at];
  hold(entry !== undefined, 'no such entry');
  return entry;
}

/** Another person's certificate, or none, under what a session signed. */
function withoutCertificate(insider: Insider, at: number, random: Prng): Attempt | undefined {
  const number = insider.spanOf(at)?.number ?? -1;
  const { action } =
    random.pick([...(parseActions(insider.checkpoints[number]?.actions ?? '[]') ?? []), undefined]) ?? {};
  if (action === undefined) return undefined;
  const wanted = insider.real();
  wanted.certificates.set(action.session, random.pick(['gone', 'another', 'in other letters'] as const));
  const first = insider.checkpoints.findIndex(({ actions }) => actions.includes(`"session":"${action.session}"`));
  const place = checkpointAt(insider, first);
  const affected = insider.checkpoints[first - 1]?.size ?? 0;
  return { how: 'a certificate', wanted, affected, shows: 'log', place };
}

/** Nothing else is said, but in other letters: a verifier elsewhere would refuse what the application took. */
function spelledOtherwise(insider: Insider, at: number, random: Prng): Attempt | undefined {
  const number = insider.spanOf(at)?.number;
  const row = number === undefined ? undefined : insider.checkpoints[number];
  if (number === undefined || row === undefined) return undefined;
  const wanted = insider.real();
  const line = insider.byDevice(row.note);
  const way = random.pick(['actions', 'a line more', 'a line before', 'a witness that is none'] as const);
  if (way === 'actions') wanted.checkpoints[number] = { ...row, actions: ` ${row.actions}` };
  else if (way === 'a line more') wanted.checkpoints[number] = { ...row, note: `${row.note}${line}` };
  else if (way === 'a line before')
    wanted.checkpoints[number] = { ...row, note: row.note.replace('\n\n', `\n\n${line}`) };
  else
    wanted.cosignatures.push({
      number,
      witness: 'another.example',
      line: random.pick(['nonsense', '']),
    });
  const affected = insider.checkpoints[number - 1]?.size ?? 0;
  const attempt = {
    how: `other letters: ${way}`,
    wanted,
    affected,
    shows: 'log',
    place: checkpointAt(insider, number),
  } as const;
  // A line of nobody it was told of proves nothing to a verifier, and breaks nothing.
  return way === 'a line more' ? { ...attempt, notExported: true } : attempt;
}

export const edit: Edit = (insider, at, random) => {
  const spelled = random.chance(0.06) ? spelledOtherwise(insider, at, random) : undefined;
  if (spelled !== undefined) return spelled;
  const other = random.chance(0.04) ? withoutCertificate(insider, at, random) : undefined;
  if (other !== undefined) return other;
  const field = fields[at % fields.length] ?? 'byte';
  const wanted = insider.real();
  wanted.entries[at] = edited(entryAt(insider, at), field, random, insider.made.users);
  const unreadable = field === 'seq' || field === 'byte' || field === 'version' || field === 'device';
  return rewritten(insider, wanted, at, random, unreadable ? `unreadable or named otherwise` : 'a field');
};

/** @param from numbers from here on move by `by` */
function moved(insider: Insider, from: number, by: number, random: Prng): (Buffer | null)[] {
  const reseal = random.chance(0.2) ? insider.store : null;
  return insider.entries.slice(from).map((entry, at) => renumbered(entry, from + at + by, reseal));
}

export const remove: Edit = (insider, at, random) => {
  const wanted = insider.real();
  if (random.chance(0.35)) {
    wanted.entries[at] = null;
    return { how: 'left a gap', wanted, affected: at, shows: 'log', place: { entries: [at] } };
  }
  wanted.entries = [...insider.entries.slice(0, at), ...moved(insider, at + 1, -1, random)];
  return rewritten(insider, wanted, at, random, 'the rest moved up');
};

export const insert: Edit = (insider, at, random) => {
  const wanted = insider.real();
  const entry = entryAt(insider, at);
  const draw = random.unit();
  if (draw < 0.1) {
    const seq = random.chance(0.5) ? -1 - at : insider.entries.length + 1 + at;
    wanted.strays.push({ seq, entry: forged(entry, Math.abs(seq), random) });
    const affected = seq < 0 ? seq : insider.entries.length;
    return {
      how: 'where no entry stands',
      wanted,
      affected,
      shows: 'log',
      place: { entries: [seq] },
      notExported: true,
    };
  }
  if (draw < 0.5) {
    wanted.entries[at] = forged(entry, at, random);
    return rewritten(insider, wanted, at, random, 'in place of another');
  }
  wanted.entries = [...insider.entries.slice(0, at), forged(entry, at, random), ...moved(insider, at, 1, random)];
  return rewritten(insider, wanted, at, random, 'the rest moved down');
};

export const swap: Edit = (insider, at, random) => {
  const count = insider.entries.length;
  const step = random.chance(0.5) ? 1 : random.between(1, count - 1);
  const [one, two] = [at, (at + step) % count].sort((a, b) => a - b);
  hold(one !== undefined && two !== undefined && one !== two, 'two entries are needed');
  const wanted = insider.real();
  const [first, second] = [entryAt(insider, one), entryAt(insider, two)];
  if (random.chance(0.3)) {
    wanted.entries[one] = second;
    wanted.entries[two] = first;
    return rewritten(insider, wanted, one, random, 'unreadable, as they were', { entries: [one] });
  }
  const reseal = random.chance(0.5) ? insider.store : null;
  wanted.entries[one] = renumbered(second, one, reseal);
  wanted.entries[two] = renumbered(first, two, reseal);
  return rewritten(insider, wanted, one, random, 'with each other’s numbers');
};

export const backDate: Edit = (insider, at, random) => {
  const wanted = insider.real();
  const number = insider.spanOf(at)?.number;
  if (number === undefined || random.chance(0.6)) {
    wanted.entries[at] = edited(entryAt(insider, at), 'recorded', random, insider.made.users);
    return rewritten(insider, wanted, at, random, 'an entry');
  }
  const row = insider.checkpoints[number];
  hold(row !== undefined, 'no checkpoint');
  const time = parseCheckpoint(row.note)?.checkpoint.time ?? 0;
  const note = row.note.replace(`\ntime ${time}\n`, `\ntime ${time - random.between(1, 86_400_000)}\n`);
  wanted.checkpoints[number] = { ...row, note };
  const place = checkpointAt(insider, number);
  const affected = insider.checkpoints[number - 1]?.size ?? 0;
  return { how: 'a checkpoint', wanted, affected, shows: 'log', place };
};

export const transplant: Edit = (insider, at, random) => {
  const { other } = insider.made;
  const wanted = insider.real();
  const number = insider.spanOf(at)?.number;
  const row = number === undefined ? undefined : insider.checkpoints[number];
  if (number !== undefined && row !== undefined && random.chance(0.3)) {
    const foreign = random.pick(other.checkpoints);
    const what = random.pick(['note', 'actions', 'both'] as const);
    const { note, actions } = {
      ...row,
      ...(what !== 'actions' && { note: foreign.note }),
      ...(what !== 'note' && { actions: foreign.actions }),
    };
    wanted.checkpoints[number] = { ...row, note, actions };
    const affected = insider.checkpoints[number - 1]?.size ?? 0;
    return { how: `a checkpoint: ${what}`, wanted, affected, shows: 'log', place: checkpointAt(insider, number) };
  }
  const foreign = Buffer.from(random.pick(other.entries));
  const fits = random.chance(0.6);
  wanted.entries[at] = fits ? renumbered(foreign, at, null) : foreign;
  // Its device is another one: whoever reads entries sees that at once.
  return rewritten(
    insider,
    wanted,
    at,
    random,
    fits ? 'unreadable here, with the number' : 'unreadable here, as it was',
  );
};

/** Clocks that jump at checkpoints: the log goes by numbers, so nothing is lost and nothing is an alarm. */

import { verifyLines } from '../../../resources/verify/carekeep-verify.mjs';
import { originOf } from '../../../src-main/core/audit/checkpoint-note.ts';
import { checkpointsFrom } from '../../../src-main/core/audit/checkpoint-store.ts';
import { bundleLines } from '../../../src-main/core/audit/export-bundle.ts';
import { verifyLog } from '../../../src-main/core/audit/verifylog.ts';
import { drain } from '../../../src-main/core/store/slices.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { Day } from './day.ts';
import { type Clinic, monday, openClinicStore, signingOf, trustOf } from './people.ts';

const hour = 3_600_000;
const year = 365.25 * 24 * hour;
/** A summer's hour, a battery that died, a year typed wrong, the end of what dates can say. */
const jumps = [-hour, hour, -year, year, -50 * year, 30 * year, 100 * year] as const;
const latest = Date.UTC(9999, 11, 31);

export async function jumpingClock(clinic: Clinic, random: Prng): Promise<void> {
  const { vault } = clinic;
  const { clinicId, deviceId } = vault.ids();
  const origin = originOf(clinicId, deviceId);
  const roster = vault.roster();
  const { file, device } = signingOf(vault, origin);
  const store = openClinicStore(clinic);
  store.db.pragma('synchronous=OFF');
  const actors = [clinic.eva, clinic.the];
  const day = new Day({ store, clinicId, file, device, actors, roster: roster.length, random });
  try {
    let jumped = 0;
    for (let leg = 0; leg < 12; leg += 1) {
      for (let left = random.between(1, 90); left > 0; left -= 1) day.step();
      day.clock = Math.round(Math.min(latest, Math.max(0, random.chance(0.1) ? 0 : day.clock + random.pick(jumps))));
      if (random.chance(0.5)) day.take();
      jumped += 1;
      if (random.chance(0.2)) day.restart();
      hold(!day.acknowledge(), 'a clock that jumped lost the keys');
    }
    day.take();
    drain(verifyLog(store, trustOf(vault)));
    let from = 0;
    for (const { size } of checkpointsFrom(store, 0, 10_000)) {
      hold(size - from <= 64, `${size - from} entries without a checkpoint after ${jumped} jumps`);
      from = size;
    }
    const lines: string[] = [];
    const of = { clinicId, clinicIdentity: vault.clinicIdentity(), origin, roster, madeAt: monday };
    for (const part of bundleLines(store, of)) lines.push(...part.lines);
    const report = verifyLines(lines);
    hold(report.valid, () => `carekeep-verify says ${report.problem?.code} of clocks that jumped`);
    hold(report.checkpoints.size === day.size, 'carekeep-verify saw less');
  } finally {
    day.close();
    store.db.close();
  }
}

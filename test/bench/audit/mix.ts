/** What a workstation of a clinic writes into its log in three years: shifts, visits, and now and then something rare. */
import type { NewEntry } from '../../../src-main/core/audit/log.ts';
import type { AuditCode } from '../../../src-shared/contract/audit-events.ts';
import { type Prng, prng } from '../../fixtures/synthetic/prng.ts';

/** A patient of the clinic the log is about. */
export type About = { readonly id: string; readonly ref: string };

export type Act = {
  readonly at: number;
  readonly entry: NewEntry;
  /** What it wrote into this patient's chart: rows that the entry vouches for. */
  readonly wrote: { readonly patientId: string; readonly rows: number } | null;
  /** Whose session begins with it. */
  readonly begins: { readonly session: string; readonly user: string } | null;
};

export const people = 30;
/** 5 million entries in three years of six days a week. */
const perDay = 5350;
const dayMs = 86_400_000;
const began = Date.UTC(2022, 0, 3, 7);
const shiftOf = 170;

export const userId = (number: number): string => `00000000-0000-4000-a000-${String(number).padStart(12, '0')}`;

type Person = { readonly id: string; readonly roles: string[]; readonly purpose: string; readonly clinical: boolean };

/** Two thirds clinical, a quarter at the desk, the rest looks after the clinic. */
function personOf(number: number): Person {
  const id = userId(number);
  if (number < 20) return { id, roles: ['practitioner'], purpose: 'TREAT', clinical: true };
  if (number < 27) return { id, roles: ['reception'], purpose: 'HOPERAT', clinical: false };
  return { id, roles: number < 29 ? ['admin'] : ['auditor'], purpose: 'HOPERAT', clinical: false };
}

type Step = { readonly code: AuditCode; readonly about: boolean; readonly rows?: number; readonly outcome?: 4 | 8 };

const visit: readonly (readonly [chance: number, step: Step])[] = [
  [0.9, { code: 'patient.searched', about: false }],
  [0.9, { code: 'patient.read', about: true }],
  [1, { code: 'chart.read', about: true }],
  [0.6, { code: 'chart.read', about: true }],
  [0.02, { code: 'chart.source-read', about: true }],
  [0.5, { code: 'note.draft-saved', about: true, rows: 1 }],
  [0.4, { code: 'note.draft-saved', about: true, rows: 1 }],
  [0.35, { code: 'note.signed', about: true, rows: 2 }],
  [0.45, { code: 'chart.added', about: true, rows: 1 }],
  [0.15, { code: 'chart.changed', about: true, rows: 1 }],
  [0.03, { code: 'export.pdf', about: true }],
  [0.01, { code: 'export.summary', about: true }],
  [0.012, { code: 'access.denied', about: true, outcome: 4 }],
  [0.002, { code: 'break-glass.opened', about: true }],
  [0.0005, { code: 'access.restricted', about: true }],
  [0.001, { code: 'note.sign-refused', about: true, outcome: 4 }],
];
const desk: readonly (readonly [chance: number, step: Step])[] = [
  [1, { code: 'patient.searched', about: false }],
  [0.4, { code: 'patient.searched', about: false }],
  [0.8, { code: 'patient.read', about: true }],
  [0.15, { code: 'patient.updated', about: true, rows: 1 }],
  [0.05, { code: 'patient.compared', about: true }],
  [0.02, { code: 'access.denied', about: true, outcome: 4 }],
  [0.004, { code: 'import.completed', about: false }],
  [0.0005, { code: 'export.bundle', about: true }],
];
const office: readonly (readonly [chance: number, step: Step])[] = [
  [1, { code: 'audit.read', about: false }],
  [0.5, { code: 'settings.read', about: false }],
  [0.4, { code: 'user.listed', about: false }],
  [0.2, { code: 'review.read', about: false }],
  [0.05, { code: 'settings.changed', about: false }],
  [0.02, { code: 'review.closed', about: false }],
  [0.01, { code: 'audit.verified', about: false }],
  [0.004, { code: 'user.created', about: false }],
  [0.002, { code: 'key.rotated', about: false }],
  [0.001, { code: 'audit.verified', about: false, outcome: 8 }],
];

/** As many acts as asked for, in order of time. @param clinic the earlier in the list, the more often seen */
export function* acts(seed: number, count: number, clinic: readonly About[]): Generator<Act> {
  const random = prng(seed ^ 0x10c);
  let made = 0;
  for (let day = 0; made < count; day += 1) {
    if (day % 7 === 6) continue;
    const opens = began + day * dayMs;
    for (const act of shifts(random, opens, clinic)) {
      if (made === count) return;
      made += 1;
      yield act;
    }
  }
}

function* shifts(random: Prng, opens: number, clinic: readonly About[]): Generator<Act> {
  // Ten hours of work, the same number of acts each day.
  const pace = (10 * 3_600_000) / perDay;
  let done = 0;
  const now = (): number => Math.round(opens + done * pace + random.next() * pace);
  const byCore = { user: null, roles: [], session: null };
  while (done < perDay) {
    const person = personOf(Math.floor(people * random.next() ** 1.5));
    const agent = { user: person.id, roles: person.roles, session: random.uuid() };
    const bare = { outcome: 0, agent, purpose: person.purpose, origin: 'screen' } as const;
    if (random.chance(0.1)) {
      const failed: NewEntry = { ...bare, type: 'user.sign-in-failed', outcome: 4, agent: byCore, purpose: 'HOPERAT' };
      yield { at: now(), entry: failed, wrote: null, begins: null };
      done += 1;
    }
    const begins = { session: agent.session, user: person.id };
    yield { at: now(), entry: { ...bare, type: 'user.signed-in' }, wrote: null, begins };
    done += 1;
    const until = done + random.int(shiftOf / 2, (shiftOf * 3) / 2);
    while (done < until) {
      const about = clinic[Math.floor(clinic.length * random.next() ** 2)];
      if (about === undefined) throw new Error('an empty clinic');
      const steps = person.clinical ? visit : person.roles[0] === 'reception' ? desk : office;
      for (const [chance, step] of steps) {
        if (!random.chance(chance)) continue;
        yield { at: now(), ...taken(random, step, bare, about), begins: null };
        done += 1;
      }
      if (random.chance(0.1)) {
        yield { at: now(), entry: { ...bare, type: 'session.veiled' }, wrote: null, begins: null };
        yield { at: now(), entry: { ...bare, type: 'session.unveiled' }, wrote: null, begins: null };
        done += 2;
      }
    }
    if (random.chance(0.02)) {
      const told: NewEntry = { ...bare, type: 'audit.scrubbed', agent: byCore, purpose: 'HOPERAT', origin: 'core' };
      yield { at: now(), entry: told, wrote: null, begins: null };
      done += 1;
    }
  }
}

/** As long as a UUID and cheap: a log has millions. */
function localId(random: Prng): string {
  const digits = Math.floor(random.next() * 2 ** 48).toString(16);
  return `018f0000-0000-7000-8000-${digits.padStart(12, '0')}`;
}

function taken(
  random: Prng,
  { code, about, rows, outcome }: Step,
  bare: Pick<NewEntry, 'outcome' | 'agent' | 'purpose' | 'origin'>,
  patient: About,
): Pick<Act, 'entry' | 'wrote'> {
  const counted = code === 'chart.read' || code === 'patient.searched' || code === 'audit.read';
  const entry: NewEntry = {
    ...bare,
    type: code,
    ...(outcome !== undefined && { outcome }),
    ...(code === 'break-glass.opened' && { purpose: 'ETREAT' }),
    ...(code === 'audit.verified' && random.chance(0.5) && { origin: 'ctl' }),
    ...(about && { patient: patient.ref, entity: [localId(random)] }),
    ...(counted && { detail: { [code === 'chart.read' ? 'rows' : 'count']: random.int(0, 200) } }),
    ...(code === 'access.denied' && { detail: { procedure: 'chart.read' } }),
  };
  return { entry, wrote: rows === undefined ? null : { patientId: patient.id, rows } };
}

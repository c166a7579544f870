/** The same through the whole core: real keyring, sign-in, calls of the screen; a reply is the acknowledgement. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { person, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { type CoreProcess, startCore } from '../core/process.ts';
import { family } from '../imports/samples.ts';
import { hold } from '../kind.ts';
import type { Prng } from '../prng.ts';
import { newPatient, noteOf } from './calls.ts';

/** What was acknowledged, each as a question to the core that comes after. */
type Acknowledged = {
  readonly patients: string[];
  /** Patient and row in their chart. */
  readonly rows: [patientId: string, id: string][];
  /** Draft → the texts it may hold: the acknowledged one, and one that was under way. */
  readonly drafts: Map<string, string[]>;
  imported: number;
};

async function work(core: CoreProcess, random: Prng, folder: string, done: Acknowledged): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const patientId = done.patients.length === 0 || random.chance(0.2) ? undefined : random.pick(done.patients);
    if (patientId === undefined) {
      done.patients.push((await core.demand('patients.create', newPatient(random))).patientId);
    } else if (random.chance(0.4)) {
      const problem = { patientId, text: `Problem ${turn}`, code: '', system: '', onset: null, note: '' };
      const { id } = await core.demand('chart.addProblem', problem);
      done.rows.push([patientId, id]);
    } else if (random.chance(0.7)) {
      await draft(core, random, done, patientId, `Text ${turn}`);
    } else if (random.chance(0.5)) {
      const [first] = done.drafts.keys();
      if (first === undefined) continue;
      const texts = done.drafts.get(first) ?? [];
      // From now on it may be a draft or a signed note.
      done.drafts.delete(first);
      const { noteId } = await core.demand('notes.sign', { draftId: first, password: person.password });
      const owner = texts[0]?.split(' ')[0] ?? '';
      done.rows.push([owner, noteId]);
    } else {
      const path = join(folder, `import-${turn}.json`);
      writeFileSync(path, JSON.stringify(family(random, 20)));
      const { id } = await core.demand('imports.choose', { paths: [path] });
      await core.demand('imports.start', { importId: id });
      const report = await core.demand('imports.wait', { importId: id });
      if (report.state === 'done') done.imported += 1;
    }
  }
}

async function draft(
  core: CoreProcess,
  random: Prng,
  done: Acknowledged,
  patientId: string,
  words: string,
): Promise<void> {
  const known = [...done.drafts].find(([, texts]) => texts[0]?.startsWith(patientId));
  const text = `${patientId} ${words} ${random.next()}`;
  const draftId = known?.[0] ?? null;
  if (draftId !== null) done.drafts.get(draftId)?.push(text);
  const saved = await core.demand('notes.saveDraft', {
    draftId,
    patientId,
    encounterId: null,
    amends: null,
    content: noteOf(text),
  });
  done.drafts.set(saved.draftId, [text]);
}

async function allThere(core: CoreProcess, done: Acknowledged): Promise<void> {
  const problem = await core.check();
  hold(problem === null, `after the kill of a whole core: ${problem}`);
  await core.demand('audit.verify', {});
  const { verdict } = await core.demand('audit.verdict', {});
  hold(verdict?.ok === true, `after the kill of a whole core verification says ${verdict?.problem?.code}`);
  for (const patientId of done.patients) {
    const got = await core.call('patients.demographics', { patientId });
    hold(got.ok, 'an acknowledged patient is lost');
  }
  for (const [patientId, id] of done.rows) {
    const { rows } = await core.demand('chart.open', { patientId });
    hold(
      rows.some((row) => row.id === id),
      'an acknowledged row is lost',
    );
  }
  const { drafts } = await core.demand('notes.drafts', {});
  for (const [draftId, texts] of done.drafts) {
    const found = drafts.find(({ draft }) => draft.id === draftId);
    hold(found !== undefined, 'an acknowledged draft is lost');
    hold(texts.includes(found.draft.content.text), 'a draft holds an older text than acknowledged');
  }
  const { imports } = await core.demand('imports.list', {});
  const ended = imports.filter(({ state }) => state === 'done').length;
  hold(ended >= done.imported, 'an acknowledged import is lost');
}

/** @param clinic home of a clinic that is copied for the trial */
export async function killWholeCore(clinic: string, folder: string, random: Prng): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const home = join(folder, 'home');
  cpSync(clinic, home, { recursive: true });
  const keyring = await unlockedKeyring(home);
  const started: CoreProcess[] = [];
  const start = async (): Promise<CoreProcess> => {
    const core = await startCore(profileOf(home), keyring.env);
    started.push(core);
    await core.demand('sessions.signIn', person);
    return core;
  };
  const done: Acknowledged = { patients: [], rows: [], drafts: new Map(), imported: 0 };
  try {
    for (let kills = random.between(1, 2); kills > 0; kills -= 1) {
      const core = await start();
      const working = work(core, random, folder, done).then(
        () => 'ended',
        () => 'killed',
      );
      await pause(random.between(5, 900));
      await core.kill();
      await working;
      const again = await start();
      await allThere(again, done);
      await again.kill();
    }
  } finally {
    for (const core of started) await core.kill();
    await keyring.stop();
  }
}

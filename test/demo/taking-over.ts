/** Another person takes the screen over and gives it back; what each role sees. */
import { ana, jonas, marta, mia, type Person, tom } from './cast.ts';
import { openChart } from './finding.ts';
import { roomsOf, type Stage } from './stage.ts';
import { beginNote } from './writing.ts';

const unfinished = 'Daughter calls: dizzy since this morning. Will call back';

async function change(stage: Stage, person: Person): Promise<void> {
  const started = performance.now();
  await stage.lock();
  await stage.signIn(person);
  stage.report.timings.takeOver.push(performance.now() - started);
}

async function theOther(stage: Stage): Promise<void> {
  await beginNote(await stage.page());
  await (await stage.page()).keyboard.type(unfinished);
  await change(stage, jonas);
  const page = await stage.page();
  await openChart(stage, page, { family: marta.family, given: marta.given, at: 0 });
  await page.getByRole('article').first().waitFor();
  if ((await page.getByText(unfinished).count()) > 0) throw new Error('a draft shows to another person');
  await stage.picture('taken-over');
}

async function back(stage: Stage): Promise<void> {
  await change(stage, ana);
  const page = await stage.page();
  await page.getByRole('heading', { level: 1, name: marta.heading }).waitFor();
  const kept = await page.getByLabel('Subjective').inputValue();
  if (kept !== unfinished) throw new Error('the draft is not what was typed before the take-over');
  await stage.picture('given-back');
}

/** Signs in and keeps what the rail offers to this role. */
async function look(stage: Stage, person: Person, mustNot: readonly string[]): Promise<void> {
  await change(stage, person);
  const rooms = await roomsOf(await stage.page());
  stage.report.rooms[person.role] = rooms;
  const wrong = rooms.filter((room) => mustNot.includes(room));
  if (wrong.length > 0) throw new Error(`${person.role} is offered ${wrong.join(', ')}`);
  await stage.picture(`as-${person.role.toLowerCase()}`);
}

export async function takeOver(stage: Stage): Promise<void> {
  await stage.step('Another person takes over', () => theOther(stage));
  await stage.step('And gives back', () => back(stage));
  await stage.step('What reception and IT see', async () => {
    await look(stage, mia, ['Audit log', 'People', 'Import']);
    await look(stage, tom, ['Patients', 'Audit log', 'People', 'Import']);
    await change(stage, ana);
  });
}

/** Forms that ask more of a clinic than a call does: typed into on the screen, and shown there as it was typed. */
import type { Page } from 'playwright';
import { line } from '../../../src-shared/contract/primitives.ts';
import { roleName } from '../../../src-shared/contract/roles.ts';
import { invite, person } from '../core/clinic.ts';
import type { CoreProcess } from '../core/process.ts';
import { hold } from '../kind.ts';
import { fitted } from './payloads.ts';
import { calm, inspect, squeezed } from './views.ts';

/** Fields that are typed into the screens: shown afterwards, or, a code, refused (codes.ts). */
export const typed: readonly RegExp[] = [
  /^roles\.(define|change) name$/,
  /^access\.breakGlass text$/,
  /^reviews\.close comment$/,
  /^sessions\.(signIn|confirmSecondFactor|removeSecondFactor) code$/,
];

const colleague = { userName: 'ben.example', displayName: 'Ben Example', password: 'walnut ferry compass 12' };
const shut = { family: 'Quill', given: 'Sara' };
const opened = { family: 'Ferris', given: 'Tom' };

const rail = (page: Page, name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name });

function holdShown(shown: string, text: string, where: string): void {
  hold(squeezed(shown).includes(squeezed(text)), `${where} does not show it as it was typed`);
}

/** A chart that is the colleague's alone, and an emergency access of theirs to one of the first person's. */
export async function closeCharts(core: CoreProcess): Promise<void> {
  const { password, ...newcomer } = colleague;
  await invite(core, { ...newcomer, roles: ['practitioner'] }, password, 1);
  const restricted = async (name: { readonly family: string; readonly given: string }, desk: number) => {
    const { session } = await core.demand('sessions.current', {}, desk);
    hold(session !== null, 'nobody is signed in');
    const rest = { birthDate: '1971-03-14', gender: 'unknown' as const };
    const demographics = { ...name, ...rest, former: '', identifiers: [], phone: '', email: '' };
    const address = { line: '', postalCode: '', city: '', country: '' };
    const made = { demographics: { ...demographics, address }, notADuplicate: true };
    const { patientId } = await core.demand('patients.create', made, desk);
    await core.demand('access.restrict', { patientId, reason: 'other', users: [session.userId] }, desk);
    return patientId;
  };
  await restricted(shut, 1);
  const patientId = await restricted(opened, 0);
  await core.demand('access.breakGlass', { patientId, reason: 'other', text: 'Plain words.', password }, 1);
}

/** A role of the clinic's own: defined under this name, then called a little differently. */
export async function typeRole(page: Page, text: string): Promise<void> {
  await rail(page, 'People').click();
  await page.getByRole('tab', { name: 'Roles' }).click();
  await page.getByRole('button', { name: 'New role' }).click();
  const dialog = page.getByRole('dialog');
  const enter = async (name: string, submit: string) => {
    await dialog.getByLabel('Name').fill(name);
    await inspect(page, 'role, typed');
    await dialog.getByRole('button', { name: submit }).click();
    await dialog.waitFor({ state: 'detached' });
    await calm(page);
    await inspect(page, 'roles');
    const head = page.getByRole('columnheader').filter({ has: page.getByRole('button', { name: /^Edit the role/ }) });
    const kept = roleName.parse(name);
    // the text itself: the table draws the first letter of every role as a capital
    holdShown((await head.textContent()) ?? '', kept, 'the table of roles');
    for (const button of await head.getByRole('button').all()) {
      holdShown((await button.getAttribute('aria-label')) ?? '', kept, 'a button of the role');
    }
    return kept;
  };
  await dialog.getByLabel('Start from').selectOption('assistant');
  const first = await enter(fitted(text, 40), 'Create role');
  await page.getByRole('button', { name: /^Edit the role/ }).click();
  holdShown(await dialog.getByLabel('Name').inputValue(), first, 'the form of the role');
  const second = await enter(fitted(`2 ${text}`, 40), 'Save');
  await page.getByRole('button', { name: /^Remove the role/ }).click();
  await inspect(page, 'removing the role');
  holdShown(await dialog.getByRole('heading').innerText(), second, 'the question about the role');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

/** The workstation under its name: where also the names end up that only the command line takes. */
export async function viewWorkstations(page: Page, name: string): Promise<void> {
  await rail(page, 'Workstations').click();
  await calm(page);
  holdShown(await inspect(page, 'workstations'), line(60).parse(name), 'the list of workstations');
}

/** The closed chart, opened in an emergency with this as what happened. */
export async function typeEmergency(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(shut.family);
  await page.getByRole('option', { selected: true }).getByText(shut.family).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'This chart is restricted' }).waitFor();
  await page.getByRole('button', { name: 'Emergency access…' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('What happened').fill(fitted(text, 1000));
  await inspect(page, 'emergency access, typed');
  await form.getByLabel('Your password').fill(person.password);
  await form.getByRole('button', { name: 'Open the chart' }).click();
  await page.getByText(/Emergency access until/).waitFor();
  await form.waitFor({ state: 'detached' });
  await calm(page);
  await inspect(page, 'chart open in an emergency');
}

/** The emergency is shown as it was told; the colleague's is closed with this as the comment. */
export async function typeReview(page: Page, text: string): Promise<void> {
  const finding = (patient: string) =>
    page
      .getByRole('button', { name: /Emergency access/ })
      .filter({ hasText: patient })
      .first();
  await rail(page, /^Reviews/).click();
  await finding(shut.family).click();
  await page.getByText('In their words').waitFor();
  await calm(page);
  holdShown(await inspect(page, 'own emergency'), fitted(text, 1000), 'the review');
  await finding(opened.family).click();
  await page.getByRole('radio', { name: /^Justified/ }).click();
  await page.getByLabel('Comment').fill(fitted(text, 2000));
  await inspect(page, 'verdict, typed');
  await page.getByRole('button', { name: 'Sign and close' }).click();
  await page.getByRole('button', { name: 'Sign and close' }).waitFor({ state: 'detached' });
  await page.getByRole('tab', { name: 'Closed' }).click();
  await finding(opened.family).click();
  await page.getByRole('heading', { name: 'Emergency access' }).waitFor();
  await calm(page);
  holdShown(await inspect(page, 'closed review'), fitted(text, 2000), 'the closed review');
}

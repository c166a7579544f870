/** The work of every day without the mouse: find, open, write, sign, amend, look, lock. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright';
import { admin, setUpByKeyboard, startWorkstation, type Workstation } from './clinic.ts';

const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });
const focusedIn = (page: Page, selector: string) =>
  page.waitForFunction((wanted) => document.activeElement?.matches(wanted) === true, selector);

/** Tab until a control of this name has the focus; each stop on the way must be seen to have it. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let stops = 0; stops < 80; stops += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null) return null;
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      const seen = outlineStyle !== 'none' || boxShadow !== 'none' || element.matches('textarea, input, select');
      return { text: element.textContent?.trim() ?? '', seen };
    });
    if (stop === null || stop.text === 'Carekeep') continue;
    assert.ok(stop.seen, `nothing shows that “${stop.text}” has the focus`);
    if (stop.text === name) return;
  }
  assert.fail(`Tab does not reach “${name}”`);
}

describe('a day by keyboard alone', { timeout: 180_000 }, () => {
  let workstation: Workstation;
  let pointers = 0;
  const page = () => workstation.app.page();
  before(async () => {
    workstation = await startWorkstation();
    const screen = await page();
    await screen.exposeFunction('countPointer', () => {
      pointers += 1;
    });
    await screen.evaluate(() => {
      for (const kind of ['pointerdown', 'mousedown', 'touchstart'])
        document.addEventListener(kind, () => Reflect.apply(Reflect.get(window, 'countPointer'), window, []), {
          capture: true,
        });
    });
    await setUpByKeyboard(screen, async () => undefined);
  });
  after(() => workstation.stop());

  it('signs in: the password has the focus already', async () => {
    const screen = await page();
    await focusedIn(screen, 'input[type="password"]');
    await screen.keyboard.type(admin.password);
    await screen.keyboard.press('Enter');
    await screen.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('adds a patient from the search box and finds it again', async () => {
    const screen = await page();
    await screen.keyboard.press('Control+k');
    await focusedIn(screen, '[role="combobox"]');
    await screen.keyboard.type('Müller, Marta 14.3.1971');
    await screen.keyboard.press('Control+n');
    await dialog(screen, 'New patient').waitFor();
    await focusedIn(screen, 'input');
    await screen.keyboard.press('Enter');
    const name = screen.getByRole('heading', { level: 1, name: 'Müller, Marta' });
    await name.waitFor();
    // a screen reader begins with whose chart it is
    await focusedIn(screen, 'h1');

    await screen.keyboard.press('Control+k');
    await focusedIn(screen, '[role="combobox"]');
    await screen.keyboard.type('mar mul');
    await dialog(screen, 'Find a patient').getByRole('option', { selected: true }).getByText('Müller, Marta').waitFor();
    await screen.keyboard.press('ArrowDown');
    await screen.keyboard.press('ArrowUp');
    await screen.keyboard.press('Enter');
    await dialog(screen, 'Find a patient').waitFor({ state: 'detached' });
    await name.waitFor();
  });

  it('writes a note, part by part, and signs it', async () => {
    const screen = await page();
    await screen.keyboard.press('n');
    await focusedIn(screen, 'textarea');
    for (const part of ['Tired in the afternoon', 'BP 148/88', 'Above target', 'Control in 4 weeks']) {
      await screen.keyboard.type(part);
      if (part !== 'Control in 4 weeks') await screen.keyboard.press('Tab');
    }
    assert.equal(await screen.getByLabel('Plan').inputValue(), 'Control in 4 weeks');
    await screen.keyboard.press('Control+Enter');
    await dialog(screen, 'Sign this note').waitFor();
    await focusedIn(screen, 'input[type="password"]');
    await screen.keyboard.type(admin.password);
    await screen.keyboard.press('Enter');
    const note = screen.getByRole('article');
    await note.getByText('Signed').waitFor();
    await note.getByText('Control in 4 weeks').waitFor();
  });

  it('amends it, reached with Tab', async () => {
    const screen = await page();
    await tabTo(screen, 'Amend');
    await screen.keyboard.press('Enter');
    await focusedIn(screen, 'textarea');
    await screen.keyboard.type('Callus left heel, referred.');
    await screen.keyboard.press('Control+Enter');
    await dialog(screen, 'Sign this amendment').waitFor();
    await focusedIn(screen, 'input[type="password"]');
    await screen.keyboard.type(admin.password);
    await screen.keyboard.press('Enter');
    await screen.getByRole('article').getByText('1 amendment').waitFor();
  });

  it('goes to another room with Tab, and locks', async () => {
    const screen = await page();
    await tabTo(screen, 'Audit log');
    await screen.keyboard.press('Enter');
    await screen
      .getByRole('row', { name: /Signed a note/ })
      .first()
      .waitFor();
    await focusedIn(screen, 'h1');
    assert.equal(pointers, 0, 'the mouse was used');
    const windows = workstation.app.windowCount();
    await screen.keyboard.press('Control+l');
    await workstation.app.nextWindow(windows);
    const locked = await page();
    await locked.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

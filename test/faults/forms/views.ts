/** Goes through every screen and looks for anything that a text did instead of being shown. */
import type { Page } from 'playwright';
import { hold } from '../kind.ts';

/** Watches for broken rules of the page: kept on the window, because the application is one document. */
export async function arm(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { carekeepHit: undefined, carekeepViolations: seen });
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
  });
}

/** @throws Broken when something ran, asked for something, or became an element. @returns all text there is */
export async function inspect(page: Page, where: string): Promise<string> {
  const state = await page.evaluate(() => ({
    hit: Reflect.get(window, 'carekeepHit') !== undefined,
    violations: Object(Reflect.get(window, 'carekeepViolations')).length,
    strangers: document.querySelectorAll(
      'body script, img[src="x"], body iframe, object, embed, [onerror], [onload], [onfocus], a[href^="javascript"], body style:not([nonce]):not([data-mantine-styles]):not(:empty)',
    ).length,
    // what is shown counts, not what styles and hidden parts hold
    text: document.body.innerText,
    visible: document.body.checkVisibility(),
  }));
  hold(!state.hit, `${where}: a script ran`);
  hold(state.violations === 0, `${where}: the policy had to stop something`);
  hold(state.strangers === 0, `${where}: text became an element`);
  hold(state.visible, `${where}: nothing is shown`);
  return state.text;
}

/** As it is compared: what lines and columns do to white space left out. */
export function squeezed(text: string): string {
  return text.replace(/[\s\u0085\u200b\ufeff]+/gu, '');
}

/** Until nothing is loading any more, and a moment for what loads late. */
export async function calm(page: Page): Promise<void> {
  await page.waitForTimeout(250);
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .mantine-Skeleton-root') === null);
  await page.waitForTimeout(150);
}

/** The chart of the patient whose name was typed, every tab of it. @returns all text shown */
export async function chartViews(page: Page, typed: string): Promise<string> {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await inspect(page, 'recent patients');
  if (typed !== '') await page.getByRole('combobox').fill(typed);
  await calm(page);
  await inspect(page, 'search');
  if ((await page.getByRole('option').count()) === 0) await page.getByRole('combobox').fill('');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.getByRole('tab').first().waitFor();
  let text = '';
  for (let at = 0; at < (await page.getByRole('tab').count()); at += 1) {
    await page.getByRole('tab').nth(at).click();
    await calm(page);
    text += await inspect(page, `chart, tab ${at + 1}`);
  }
  return text;
}

/** Every page of the rail. @returns all text shown */
export async function railViews(page: Page): Promise<string> {
  // The last button of the rail locks.
  const links = page.locator('nav.ck-rail button.ck-rail-item');
  let text = '';
  for (let at = 0; at < (await links.count()); at += 1) {
    await links.nth(at).click();
    await calm(page);
    text += await inspect(page, `rail, place ${at + 1}`);
  }
  return text;
}

/** The page as a person finds it, and calls from it as the screens make them. */
import type { Page } from 'playwright';
import { z } from 'zod';
import { errorValue } from '../../../src-shared/contract/errors.ts';
import type { CallInput, Output, ProcedureName } from '../../../src-shared/contract/index.ts';
import { procedures } from '../../../src-shared/contract/index.ts';
import type { AppUnderTest } from '../../e2e/launch.ts';
import { person } from '../core/clinic.ts';
import { hold } from '../kind.ts';
import { arm, inspect } from './views.ts';

const callReply = z.union([
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorValue }),
]);

/** Takes one call; what is refused, or answered in another shape than the contract's, breaks the trial. */
export function pageCaller(page: Page) {
  return async <N extends ProcedureName>(procedure: N, input: CallInput<N>): Promise<Output<N>> => {
    // The page's own client is typed by the contract too; through evaluate the pair is text and JSON.
    const asked = { procedure, json: JSON.stringify(input) };
    const reply = await page
      .evaluate(async ({ procedure: name, json }) => {
        const answer: unknown = await Reflect.apply(window.carekeep.call, undefined, [name, JSON.parse(json)]);
        return JSON.stringify(answer);
      }, asked)
      .then((json) => callReply.parse(JSON.parse(json)));
    hold(
      reply.ok,
      () => `${procedure} is refused: ${reply.ok ? '' : `${reply.error.code} ${reply.error.field ?? ''}`}`,
    );
    const parsed = procedures.get(procedure)?.output.safeParse(reply.value);
    hold(parsed?.success === true, `${procedure} answers another shape than its contract`);
    return parsed.data as Output<N>;
  };
}

/** The clinic's one person, signed in at the screen; the page is watched from its first moment. */
export async function signedIn(app: AppUnderTest): Promise<Page> {
  const page = await app.page();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await arm(page);
  await inspect(page, 'sign-in');
  await page.getByLabel('User name').fill(person.userName);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Patients', exact: true }).waitFor();
  return page;
}

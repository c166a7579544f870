/** Calls from the page itself, as the screens make them. */
import type { Page } from 'playwright';
import { z } from 'zod';
import { errorValue } from '../../../src-shared/contract/errors.ts';
import type { CallInput, Output, ProcedureName } from '../../../src-shared/contract/index.ts';
import { procedures } from '../../../src-shared/contract/index.ts';
import { hold } from '../kind.ts';

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

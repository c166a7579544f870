/** Core in a process of its own, as the command line would start it, for harnesses that break it. */

import { type Core, createCore } from '../../../src-main/core/core.ts';
import { noDialogs } from '../../../src-main/core/dialogs.ts';
import { createDispatch, type Dispatch } from '../../../src-main/core/dispatch.ts';
import { handlers } from '../../../src-main/core/handlers.ts';
import type { Connection } from '../../../src-main/core/session.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { problemOf } from '../record/check.ts';
import { dumpOf } from './dump.ts';
import { type Answer, type Greeting, type Request, request } from './messages.ts';

const [profile] = process.argv.slice(2);
if (profile === undefined) throw new Error('a profile is needed');

const connection: Connection = { channel: 'ctl', session: null, send: () => undefined };
const say = (message: Answer | Greeting): void => void process.send?.(message);

async function answerTo(core: Core, dispatch: Dispatch, asked: Request): Promise<Answer> {
  const { id } = asked;
  if (asked.kind === 'call') {
    const reply = await dispatch(connection, { id, procedure: asked.procedure, input: asked.input });
    return reply;
  }
  if (asked.kind === 'close') {
    await core.close();
    return { id, ok: true, value: null };
  }
  const { store } = core.demandOpen();
  if (asked.kind === 'dump') return { id, ok: true, value: dumpOf(store) };
  if (asked.kind === 'check') return { id, ok: true, value: problemOf(store) ?? null };
  store.db.pragma('user_version=9999');
  return { id, ok: true, value: null };
}

process.once('disconnect', () => process.exit(0));
try {
  const core = await createCore({ profile, dialogs: noDialogs, lock: () => undefined, veil: () => undefined, broadcast: () => undefined });
  const dispatch = createDispatch(core, handlers);
  process.on('message', (message) => {
    const asked = request.parse(message);
    void answerTo(core, dispatch, asked)
      .catch((error: unknown): Answer => {
        if (error instanceof CallError) return { id: asked.id, ok: false, error: error.value };
        core.report('harness', error);
        return { id: asked.id, ok: false, error: { code: 'internal' } };
      })
      .then(say);
  });
  say({ kind: 'started', error: null });
} catch (error) {
  if (!(error instanceof CallError)) throw error;
  say({ kind: 'started', error: error.value });
}

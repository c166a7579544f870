/** Core in a process of its own, as the command line would start it, for harnesses that break it. */

import { head, readEntry } from '../../../src-main/core/audit/log.ts';
import { type Core, createCore } from '../../../src-main/core/core.ts';
import { argon2Floor } from '../../../src-main/core/crypto/kdf.ts';
import { noDialogs } from '../../../src-main/core/dialogs.ts';
import { createDispatch, type Dispatch } from '../../../src-main/core/dispatch.ts';
import { handlers } from '../../../src-main/core/handlers.ts';
import type { Connection } from '../../../src-main/core/session.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { type Clock, systemClock } from '../../../src-main/core/vault/clock.ts';
import { logFolder, openLog } from '../../../src-main/logs/log.ts';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { isProcedureName } from '../../../src-shared/contract/index.ts';
import { problemOf } from '../record/check.ts';
import { dumpOf } from './dump.ts';
import { type Answer, ahead, type Entries, type Greeting, type Request, request } from './messages.ts';

const [profile, offsets = '{"wall":0,"monotonic":0}'] = process.argv.slice(2);
if (profile === undefined) throw new Error('a profile is needed');
openLog({ folder: logFolder(profile), part: 'core', words: { procedures: isProcedureName } });

let offset = ahead.parse(JSON.parse(offsets));
const clocks: Clock = {
  now: () => systemClock.now() + offset.wall,
  monotonic: () => systemClock.monotonic() + offset.monotonic,
};

const desks = new Map<number, Connection>();
function deskOf(number: number): Connection {
  const known = desks.get(number);
  if (known !== undefined) return known;
  const connection: Connection = {
    channel: number % 2 === 0 ? 'ctl' : 'screen',
    session: null,
    send: () => undefined,
  };
  desks.set(number, connection);
  return connection;
}
const say = (message: Answer | Greeting): void => void process.send?.(message);

function entriesFrom(store: Store, from: number): Entries {
  const { size } = head(store);
  const found = Array.from({ length: size - from }, (_, at) => readEntry(store, from + at));
  return {
    size,
    entries: found.flatMap((entry) => {
      if (entry === undefined || entry === null) return [];
      const { procedure } = entry.detail;
      return [
        { type: entry.type, outcome: entry.outcome, procedure: typeof procedure === 'string' ? procedure : null },
      ];
    }),
  };
}

async function answerTo(core: Core, dispatch: Dispatch, asked: Request): Promise<Answer> {
  const { id } = asked;
  if (asked.kind === 'call') {
    const { procedure, input, desk } = asked;
    const { wall, monotonic, perCall } = offset;
    offset = { wall: wall + perCall, monotonic: monotonic + perCall, perCall };
    return dispatch(deskOf(desk ?? 0), { id, procedure, input });
  }
  if (asked.kind === 'ahead') {
    offset = ahead.parse(asked.to);
    return { id, ok: true, value: null };
  }
  if (asked.kind === 'close') {
    await core.close();
    return { id, ok: true, value: null };
  }
  const { store } = core.demandOpen();
  if (asked.kind === 'entries') return { id, ok: true, value: entriesFrom(store, asked.from) };
  if (asked.kind === 'dump') return { id, ok: true, value: dumpOf(store) };
  if (asked.kind === 'check') return { id, ok: true, value: problemOf(store) ?? null };
  store.db.pragma('user_version=9999');
  return { id, ok: true, value: null };
}

process.once('disconnect', () => process.exit(0));
try {
  const core = await createCore({
    profile,
    dialogs: noDialogs,
    lock: () => undefined,
    veil: () => undefined,
    broadcast: () => undefined,
    clocks,
    passwordCost: argon2Floor,
  });
  const dispatch = createDispatch(core, handlers);
  process.on('message', (message) => {
    const asked = request.parse(message);
    void answerTo(core, dispatch, asked)
      .catch((error: unknown): Answer => {
        if (error instanceof CallError) return { id: asked.id, ok: false, error: error.value };
        core.report('core', error);
        return { id: asked.id, ok: false, error: { code: 'internal' } };
      })
      .then(say);
  });
  say({ kind: 'started', error: null });
} catch (error) {
  if (!(error instanceof CallError)) throw error;
  say({ kind: 'started', error: error.value });
}

/** The log server's settings, their test, and how far it got. */
import { readFileSync, statSync } from 'node:fs';
import { CallError } from '../../../../src-shared/contract/errors.ts';
import type { LogServerTarget } from '../../../../src-shared/contract/log-server.ts';
import type { Handlers, TaskContext } from '../../call.ts';
import { connectTls, readAuthorities, TlsFailure } from '../../crypto/tls.ts';
import { nextSeq } from '../../store/transaction.ts';
import { feedTimes } from './feed.ts';
import { readPosition, readStanding, switchedOn, writePosition, writeStanding } from './standing.ts';

/** No certificate is longer. */
const longest = 65_536;

/** @throws CallError no-certificate */
function demandAuthorities(text: string) {
  const found = readAuthorities(text);
  if (found === undefined) throw new CallError('no-certificate', { field: 'authorities' });
  return found;
}

const clean = (target: LogServerTarget): LogServerTarget => ({
  ...target,
  authorities: demandAuthorities(target.authorities).pem,
});

/** The text of a file that the user chose. @throws CallError nothing-chosen, file-unreadable, file-too-large */
async function chosenText({ core, connection }: TaskContext): Promise<string> {
  if (connection.channel === 'ctl') throw new CallError('nothing-chosen', { field: 'text' });
  const asking = connection.session;
  const [path] = await core.dialogs.ask({
    type: 'open',
    title: 'Carekeep',
    multiple: false,
    filters: [
      { name: 'PEM', extensions: ['pem', 'crt', 'cer'] },
      { name: '*', extensions: ['*'] },
    ],
  });
  if (connection.session !== asking) throw new CallError('not-signed-in');
  if (path === undefined) throw new CallError('nothing-chosen');
  try {
    if (statSync(path).size <= longest) return readFileSync(path, 'utf8');
  } catch {
    // Its path stays out of what is told.
    throw new CallError('file-unreadable');
  }
  throw new CallError('file-too-large');
}

/** Connects, ends in order, and says what happened. */
async function tried(target: LogServerTarget) {
  const signal = new AbortController().signal;
  try {
    const link = await connectTls(target, { signal, timeoutMs: feedTimes.connect });
    try {
      // A server that wants more of us (a certificate) says so only now.
      await link.finish(feedTimes.connect);
      return { result: 'ok', protocol: link.protocol } as const;
    } finally {
      link.destroy();
    }
  } catch (error) {
    if (error instanceof TlsFailure) return { result: error.code, protocol: null };
    throw error;
  }
}

export const logServerHandlers: Handlers<'logServer'> = {
  get: ({ core, tx: { store } }) => {
    const target = readStanding(store)?.target ?? null;
    return {
      target: target && { ...target, known: readAuthorities(target.authorities)?.list ?? [] },
      hasPosition: readPosition(store) !== undefined,
      ...core.demandOpen().logServer.state(),
    };
  },
  set: ({ core, tx, entry, kept }, { from, ...given }) => {
    const target = clean(given);
    writeStanding(tx, switchedOn(target));
    // From now on means from the entry of this very change on: the server's copy begins with how it began.
    if (from === 'now') writePosition(tx, nextSeq(tx));
    else if (from === 'beginning' || readPosition(tx.store) === undefined) writePosition(tx, 0);
    Object.assign(entry.detail, { logServer: 'on', host: target.host, port: target.port, from });
    if (target.serverName !== null) entry.detail['serverName'] = target.serverName;
    kept(() => core.demandOpen().logServer.changed());
    return { ok: true };
  },
  switchOff: ({ core, tx, entry, kept }) => {
    const before = readStanding(tx.store);
    if (before !== null) writeStanding(tx, { ...before, on: false, failingSince: null, failingTold: false });
    entry.detail['logServer'] = 'off';
    kept(() => core.demandOpen().logServer.changed());
    return { ok: true };
  },
  test: async ({ record }, given) => {
    const target = clean(given);
    const answer = await tried(target);
    record(({ entry }) => {
      Object.assign(entry.detail, { host: target.host, port: target.port, result: answer.result });
    });
    return answer;
  },
  readAuthorities: async (context, { text }) => {
    const { pem, list } = demandAuthorities(text ?? (await chosenText(context)));
    return { authorities: pem, known: list };
  },
};

/**
 * Core's own process: takes its orders from main over parentPort, its calls from documents over their ports and from
 * the command line over the private socket. Owns keys, database, audit log: everything that touches data.
 */
import { z } from 'zod';
import { assertNever } from '../../src-shared/assert-never.ts';
import { CallError } from '../../src-shared/contract/errors.ts';
import type { CoreEvent } from '../../src-shared/contract/events.ts';
import { isProcedureName } from '../../src-shared/contract/index.ts';
import type { CoreToShell } from '../../src-shared/wire.ts';
import { log, logFolder, openLog } from '../logs/log.ts';
import { machineOf } from '../logs/machine.ts';
import { watchProcess } from '../logs/watch.ts';
import { leaveMemoryOutOfCoreDumps } from '../no-dumps.ts';
import { policiesArgument } from '../policy/places.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { type Core, createCore } from './core.ts';
import { listenForCtl } from './ctl/server.ts';
import { ctlAddress } from './ctl/socket.ts';
import { createDialogs } from './dialogs.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { shellValidators, type ValidatorPort } from './exchange/read/shell-validators.ts';
import { startValidatorsBy } from './exchange/read/validator-child.ts';
import { handlers } from './handlers.ts';
import { type DocumentPort, servePort } from './port.ts';
import { reportError } from './report.ts';
import type { Connection } from './session.ts';
import { updateMessages } from './updates/messages.ts';
import { version } from './version.ts';

const shellMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('port'), document: z.number().int() }),
  z.strictObject({ kind: z.literal('document-gone'), document: z.number().int() }),
  z.strictObject({ kind: z.literal('power'), event: z.enum(['suspend', 'lock-screen']) }),
  z.strictObject({ kind: z.literal('system-idle'), seconds: z.number() }),
  z.strictObject({ kind: z.literal('flush'), token: z.number().int() }),
  z.strictObject({ kind: z.literal('dialog-result'), dialog: z.number().int(), paths: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('validator'), child: z.number().int() }),
  z.strictObject({ kind: z.literal('validator-gone'), child: z.number().int() }),
  ...updateMessages,
]);

leaveMemoryOutOfCoreDumps();
// Main starts another core.
watchProcess({ part: 'core', version, after: () => process.exit(1) });

const { parentPort } = process;
const at = process.argv.indexOf('--profile');
const profile = process.argv[at + 1];
if (parentPort === null || parentPort === undefined || at < 0 || profile === undefined) {
  throw new Error('core runs as a utility process with --profile DIR');
}
openLog({ folder: logFolder(profile), part: 'core', words: { procedures: isProcedureName } });
log('started', machineOf(version));

const documents = new Map<number, Connection>();
const toShell = (message: CoreToShell): void => parentPort.postMessage(message);
const broadcast = (event: CoreEvent): void => {
  // A document before sign-in, or after its session's end, hears nothing of what goes on.
  for (const connection of documents.values()) if (connection.session !== null) connection.send(event);
};
const dialogs = createDialogs(toShell);
const validators = shellValidators(toShell);
startValidatorsBy(validators.start);

// The port may come before the keychain has answered: whatever arrives waits for core, in order.
const starting = createCore({
  profile,
  dialogs,
  lock: (reason) => toShell({ kind: 'lock', reason }),
  veil: () => toShell({ kind: 'veil' }),
  broadcast,
  shell: toShell,
  // Main names a file only where the application is not packaged.
  policy: readPolicy({ file: policiesArgument(process.argv) }),
  trial: process.argv.includes('--trial'),
}).then(
  (core) => ({ core, dispatch: createDispatch(core, handlers) }),
  (error: unknown) => {
    if (!(error instanceof CallError) || error.value.code !== 'busy') throw error;
    toShell({ kind: 'profile-in-use' });
    return null;
  },
);
parentPort.on('message', (event) => {
  void starting.then((started) => {
    if (started !== null) heed(started.core, started.dispatch, event.data, event.ports);
  });
});

function heed(core: Core, dispatch: Dispatch, data: unknown, ports: readonly (DocumentPort & ValidatorPort)[]): void {
  const parsed = shellMessage.safeParse(data);
  if (!parsed.success) return; // main speaks this protocol only; anything else is not for us
  const message = parsed.data;
  switch (message.kind) {
    case 'port': {
      const [port] = ports;
      if (port === undefined) return;
      const connection: Connection = { channel: 'screen', session: null, send: (event) => port.postMessage(event) };
      documents.set(message.document, connection);
      servePort(port, connection, dispatch);
      return;
    }
    case 'document-gone': {
      const connection = documents.get(message.document);
      documents.delete(message.document);
      if (connection !== undefined) core.disconnected(connection);
      return;
    }
    case 'power':
      core.presence.journalPower(message.event);
      return;
    case 'system-idle':
      core.presence.systemIdle(message.seconds);
      return;
    case 'flush':
      void core.flush().then(() => toShell({ kind: 'flushed', token: message.token }));
      return;
    case 'dialog-result':
      dialogs.answered(message.dialog, message.paths);
      return;
    case 'validator': {
      const [port] = ports;
      if (port !== undefined) validators.arrived(message.child, port);
      return;
    }
    case 'validator-gone':
      validators.gone(message.child);
      return;
    case 'update-state':
    case 'update-trusted':
    case 'update-prepare':
    case 'update-trial':
    case 'update-ended':
      core.updates.heed(message);
      return;
    default:
      assertNever(message);
  }
}

const started = await starting;
if (started !== null) {
  const { core, dispatch } = started;
  log('start-state', { state: core.state() });
  const { source, policy, problems } = core.policy;
  log('policy-read', { source, settings: Object.keys(policy).length, problems: problems.length });
  const address = ctlAddress(profile);
  if (address !== undefined) {
    await listenForCtl({ address, dispatch, gone: (connection) => core.disconnected(connection) }).catch(
      // The screen works without the command line; the command line says that the profile is in use.
      (error: unknown) => reportError('ctl', error),
    );
  }
  toShell({ kind: 'ready' });
  await core.updates.tellTrust();
}

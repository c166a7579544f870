/** The backend as its command starts it, on embedded PostgreSQL, in a process that a harness may kill. */
import { appendFileSync } from 'node:fs';
import { startBackend } from '../../../src-backend/server/backend.ts';
import { asked, order } from './messages.ts';
import { recordTo } from './record.ts';

const many = 1_000_000_000;

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void run(message));

async function run(message: unknown): Promise<void> {
  const { data, port, log, unlimited, connections, record } = order.parse(message);
  if (record !== null) recordTo(record);
  const backend = await startBackend({
    data,
    port,
    connections,
    logTo: { write: (line) => appendFileSync(log, line) },
    ...(unlimited && { rates: { device: many, address: many, guarded: many } }),
  });
  const { authorityPem: authority, fingerprint, descriptor } = backend;
  process.send?.({ port: backend.port, authority, fingerprint, name: descriptor.name, logKey: descriptor.logKey });
  const answer = async (next: unknown): Promise<object> => {
    const wanted = asked.parse(next);
    if (wanted.kind === 'clinic') return backend.operator.create(wanted.quota);
    if (wanted.kind === 'metrics') return { text: await backend.metrics() };
    await backend.close();
    return { stopped: true };
  };
  process.on('message', (next) => void answer(next).then((said) => process.send?.(said)));
}

/** Opens a database, writes as fast as it can, and acknowledges each write once it is committed, until it is killed. */
import { openStore } from '../../../src-main/core/store/open.ts';
import { createPrng } from '../prng.ts';
import { write, writeKinds } from '../record/writes.ts';
import { order, type Said } from './messages.ts';

function say(message: Said): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => {
  void work(message);
});

async function work(message: unknown): Promise<void> {
  const { path, key, clinicKey, seed } = order.parse(message);
  const store = openStore({ path, key: Buffer.from(key), clinicKey: { epoch: 1, key: Buffer.from(clinicKey) } });
  const random = createPrng(seed);
  await say({ kind: 'ready' });
  for (;;) {
    const touched: Promise<void>[] = [];
    const written = write(store, random, random.pick(writeKinds), (ids) =>
      touched.push(say({ kind: 'begins', ids: [...ids] })),
    );
    await Promise.all(touched);
    await say({ kind: 'wrote', written: [...written] });
  }
}

/** Replication of PouchDB's own, to a server and from it into a second database, both stores included. */
import http from 'pouchdb-adapter-http';
import Pouch from 'pouchdb-core';
import replication from 'pouchdb-replication';
import { z } from 'zod';
import { changesOf } from '../sync/changes.ts';
import { openPouch, type Replicated } from './open.ts';

const order = z.strictObject({
  folder: z.string(),
  server: z.string(),
  name: z.string(),
  mix: z.strictObject({ name: z.string(), patients: z.number(), perPatient: z.number() }),
  seed: z.number().int(),
  batch: z.number().int().nullable(),
});
const goOn = z.literal('pull');

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void measure(message));

async function measure(message: unknown): Promise<void> {
  Pouch.plugin(http).plugin(replication);
  const { folder, server, name, mix, seed, batch } = order.parse(message);
  const docs = changesOf(mix, seed).map(({ id, resource }) => ({ _id: id, ...resource }));
  const options = batch === null ? {} : { batch_size: batch };
  const source = openPouch(`${folder}/source-${name}`);
  for (let at = 0; at < docs.length; at += 1000) await source.bulkDocs(docs.slice(at, at + 1000));
  const remote = new Pouch(`${server}/${name}`, { adapter: 'http' });
  const target = openPouch(`${folder}/target-${name}`);
  // The database there is made by whoever speaks to it first; that is no part of what is compared.
  await remote.info();
  await target.info();

  const timed = async (work: () => Promise<Replicated>): Promise<number> => {
    const from = performance.now();
    const { docs_written } = await work();
    const took = performance.now() - from;
    if (docs_written !== docs.length) throw new Error(`${docs_written} of ${docs.length} documents arrived`);
    return took;
  };
  process.send?.({ took: await timed(() => source.replicate.to(remote, options)) });
  process.once('message', (next) => {
    goOn.parse(next);
    void timed(() => target.replicate.from(remote, options)).then((took) => process.send?.({ took }));
  });
}

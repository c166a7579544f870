/** From the commit of an edit on one workstation until it can be read on the other, both online. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { append } from '../../../src-main/core/audit/log.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { syncTimes } from '../../../src-main/core/sync/engine/schedule.ts';
import { BackendProcess } from '../../faults/backend/process.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import type { BenchRun, Figure } from '../figure.ts';
import { percentile } from '../measure.ts';
import { changesOf } from './changes.ts';
import { openPair } from './pairs.ts';
import { addChange, addPatients, agent } from './workstation.ts';

const within = 2000;

export async function seenAfter(run: BenchRun): Promise<readonly Figure[]> {
  const backend = await BackendProcess.start({ folder: join(run.scratch, 'latency'), unlimited: true });
  const samples: number[] = [];
  try {
    const { one, two, close } = await openPair(run, backend, 'latency');
    const edits = Math.max(5, Math.round(100 * run.scale));
    const changes = changesOf({ name: 'edits', patients: 1, perPatient: edits }, run.seed);
    addPatients(
      one.at,
      changes.slice(0, 1).map(({ patient }) => patient),
    );
    await one.send();
    const seen = new Map<string, number>();
    const wanted = changes.length;
    const watching = (async () => {
      for (let etag: string | null = null; seen.size < wanted; ) {
        etag = (await two.receive(etag)).etag;
        const there = two.at.store.sql<[], { id: string }>("select id from resource where type = 'Observation'").all();
        for (const { id } of there) if (!seen.has(id)) seen.set(id, performance.now());
      }
    })();
    const random = prng(run.seed);
    for (const change of changes) {
      await pause(random.int(100, 400));
      withTransaction(one.at.store, (tx) => {
        addChange(tx, change);
        append(tx, { type: 'chart.added', outcome: 0, agent, purpose: 'TREAT', origin: 'screen' });
      });
      const written = performance.now();
      // What core waits so that changes of one moment go out together.
      await pause(syncTimes.gather);
      await one.send();
      while (!seen.has(change.id)) await pause(1);
      samples.push((seen.get(change.id) ?? Number.NaN) - written);
    }
    await watching;
    await close();
  } finally {
    await backend.stop();
  }
  const figure = (share: number, said: string): Figure => {
    const value = percentile(samples, share);
    return {
      name: `an edit seen on the other workstation, ${said}`,
      value,
      unit: 'ms',
      samples: samples.length,
      bound: { text: `≤ ${within} ms`, holds: value <= within },
    };
  };
  return [
    figure(0.5, 'p50'),
    {
      ...figure(0.95, 'p95'),
      note: `${syncTimes.gather} ms of it the sender waits, so that changes of one moment go out together.`,
    },
  ];
}

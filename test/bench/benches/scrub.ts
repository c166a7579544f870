/** The weekly scrub of two million rows, and how soon small calls are answered beside it. */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MessageChannel, Worker } from 'node:worker_threads';
import { checkPages } from '../../../src-main/core/audit/check-pages.ts';
import { append, head } from '../../../src-main/core/audit/log.ts';
import { newRecordState } from '../../../src-main/core/audit/record-state.ts';
import { verifyRecord } from '../../../src-main/core/audit/verifyrecord.ts';
import { gentleSliceMs, runGently } from '../../../src-main/core/scrub/gently.ts';
import { closeStore, type Store } from '../../../src-main/core/store/open.ts';
import { patientRef, readPatient } from '../../../src-main/core/store/patient.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { benchClinic, benchKey, copyOf, openEncrypted } from '../clinic.ts';
import type { Bench, Figure } from '../figure.ts';
import { percentile } from '../measure.ts';

const within = 50;

/** What opening a patient costs core at least: a line read, an entry written. */
function answer(store: Store, patients: readonly string[], call: number): void {
  const id = patients[call % patients.length] ?? '';
  withTransaction(store, (tx) => {
    readPatient(store, id);
    append(tx, {
      type: 'patient.read',
      outcome: 0,
      agent: { user: 'bench', roles: [], session: 'bench' },
      purpose: 'TREAT',
      patient: patientRef(store, id),
      origin: 'screen',
    });
  });
}

/** Calls go on until the work has ended. @returns how long each took, milliseconds */
async function callsBeside(store: Store, patients: readonly string[], work: () => Promise<void>): Promise<number[]> {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', (call: number) => {
    answer(store, patients, call);
    port1.postMessage(null);
  });
  const caller = new Worker(join(import.meta.dirname, '..', 'caller.ts'), {
    workerData: { port: port2 },
    transferList: [port2],
  });
  try {
    await work();
    caller.postMessage('stop');
    const [taken]: number[][] = await once(caller, 'message');
    return taken ?? [];
  } finally {
    port1.close();
    await caller.terminate();
  }
}

const bench: Bench = {
  name: 'scrub',
  run: async (run) => {
    const clinic = benchClinic(run, Math.round(100_000 * run.scale), 19);
    const store = openEncrypted(copyOf(clinic.encrypted, run.scratch, 'scrub'));
    try {
      const patients = store
        .sql<[], { id: string }>('select id from patient order by id limit 500')
        .all()
        .map(({ id }) => id);
      const { signal } = new AbortController();
      const alone = await callsBeside(store, patients, () => pause(3000));
      const state = newRecordState(head(store).size);
      const from = performance.now();
      let worked = 0;
      let longest = { ms: 0, stage: '' };
      let stage = state.stage;
      const slices = verifyRecord(store, state, { sliceMs: gentleSliceMs });
      const timed = (function* () {
        for (;;) {
          const begin = process.threadCpuUsage();
          const step = slices.next();
          const { user, system } = process.threadCpuUsage(begin);
          const took = (user + system) / 1000;
          worked += took;
          if (took > longest.ms) longest = { ms: took, stage };
          stage = state.stage;
          if (step.done) return;
          yield step.value;
        }
      })();
      let recorded = 0;
      const beside = await callsBeside(store, patients, async () => {
        await runGently(timed, { signal });
        recorded = performance.now() - from;
        run.say('the record is done, index and pages follow');
        const problem = await checkPages(
          { path: store.path, key: benchKey, gentle: true },
          { signal, onProgress: () => undefined },
        );
        if (problem !== null) throw new Error(`found ${problem.code}`);
      });
      const rows = state.rows.toLocaleString('en');
      const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
      const call = (share: number, said: string): Figure => {
        const value = percentile(beside, share);
        const idle = percentile(alone, share);
        return {
          name: `small call beside the scrub of ${rows} rows, ${said}`,
          value,
          unit: 'ms',
          samples: beside.length,
          limit: { name: 'no scrub', value: idle, ratio: idle / value },
          bound: { text: `≤ ${within} ms`, holds: value <= within },
        };
      };
      return [
        call(0.95, 'p95'),
        call(0.99, 'p99'),
        call(1, 'max'),
        {
          name: 'longest slice of the scrub, processor time',
          value: longest.ms,
          unit: 'ms',
          samples: 1,
          note: `in ${longest.stage}; a slice ends with the first query after ${gentleSliceMs} ms.`,
        },
        {
          name: 'rows scrubbed beside the work',
          value: (state.rows / recorded) * 1000,
          unit: 'per s',
          samples: state.rows,
          limit: { name: 'in slices alone', value: (state.rows / worked) * 1000, ratio: worked / recorded },
          note: `the record in ${seconds(recorded)}, index and pages in ${seconds(performance.now() - from - recorded)}.`,
        },
      ];
    } finally {
      closeStore(store);
    }
  },
};
export default bench;

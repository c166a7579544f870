/**
 * One write per transaction, synchronous FULL: with row hash, chart part and audit entry, beside the same row written
 * bare; and how often the disk is waited for, which carries over to slower disks.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { append } from '../../../src-main/core/audit/log.ts';
import { columnsOf } from '../../../src-main/core/store/columns.ts';
import type { Store } from '../../../src-main/core/store/open.ts';
import { insertResource } from '../../../src-main/core/store/record.ts';
import { withTransaction } from '../../../src-main/core/store/transaction.ts';
import { generateChart } from '../../fixtures/synthetic/chart.ts';
import { prng } from '../../fixtures/synthetic/prng.ts';
import { benchClinic, benchClinicKey, copyOf, openEncrypted, openPlain } from '../clinic.ts';
import type { Bench, Figure } from '../figure.ts';
import { inTurn, median } from '../measure.ts';
import { pouchWrites } from '../pouch.ts';
import { bareWrite, prepareOutbox } from '../write/bare.ts';

const rounds = 600;

function full(store: Store, patientId: string, resource: { readonly resourceType: string }): void {
  withTransaction(store, (tx) => {
    const { id } = insertResource(tx, {
      type: resource.resourceType,
      patientId,
      encounterId: null,
      columns: columnsOf(resource),
      json: JSON.stringify(resource),
      authorUser: 'bench',
      source: null,
    });
    append(tx, {
      type: 'chart.added',
      outcome: 0,
      agent: { user: 'bench', roles: ['practitioner'], session: 'bench' },
      purpose: 'TREAT',
      patient: null,
      entity: [id],
      origin: 'screen',
    });
  });
}

/** fsync and fdatasync calls of one process doing `writes` writes, counted by strace; null where there is none. */
function syncs(path: string, mode: 'full' | 'bare', writes: number, scratch: string): number | null {
  const counts = join(scratch, `syncs-${mode}`);
  const worker = join(import.meta.dirname, '..', 'write', 'worker.ts');
  try {
    execFileSync(
      'strace',
      [
        '-f',
        '-qq',
        '-c',
        '-U',
        'name,calls',
        '-e',
        'trace=fsync,fdatasync',
        '-o',
        counts,
        process.execPath,
        worker,
        path,
        mode,
        String(writes),
      ],
      { stdio: 'ignore' },
    );
  } catch {
    // Not there, or not allowed here: the figure is left out.
    return null;
  }
  const calls = [...readFileSync(counts, 'utf8').matchAll(/^(?:fsync|fdatasync)\s+(\d+)/gm)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}

const bench: Bench = {
  name: 'write',
  run: async (run) => {
    const clinic = benchClinic(run, Math.max(50, Math.round(2000 * run.scale)), 20);
    const ours = openEncrypted(copyOf(clinic.encrypted, run.scratch, 'full'));
    const bare = openEncrypted(copyOf(clinic.encrypted, run.scratch, 'bare'));
    const alone = openEncrypted(copyOf(clinic.encrypted, run.scratch, 'alone'));
    const plain = openPlain(copyOf(clinic.plain, run.scratch, 'plain'), benchClinicKey);
    for (const store of [bare, plain]) prepareOutbox(store);
    const patients = ours.sql<[], { id: string }>('select id from patient order by ord').all();
    const chart = generateChart(prng(run.seed), 'patient', rounds * 3);
    const turns = { full: 0, bare: 0, alone: 0, plain: 0 };
    const next = (way: keyof typeof turns) => {
      const at = turns[way]++;
      const [resource, patient] = [chart[at % chart.length], patients[(at * 17) % patients.length]];
      if (resource === undefined || patient === undefined) throw new Error('an empty clinic');
      return { resource, patientId: patient.id };
    };
    const ways = [
      () => {
        const { resource, patientId } = next('full');
        full(ours, patientId, resource);
      },
      () => {
        const { resource, patientId } = next('bare');
        bareWrite(bare, patientId, resource, true);
      },
      () => {
        const { resource, patientId } = next('alone');
        bareWrite(alone, patientId, resource, false);
      },
      () => {
        const { resource, patientId } = next('plain');
        bareWrite(plain, patientId, resource, true);
      },
    ];
    inTurn(40, ways);
    const [mine = [], without = [], rowOnly = [], open = []] = inTurn(rounds, ways);
    for (const store of [ours, bare, alone, plain]) store.db.close();
    const peer = median(await pouchWrites(run, 300));
    const [value, bareValue, plainValue] = [median(mine), median(without), median(open)];
    const writes = 200;
    const path = copyOf(clinic.encrypted, run.scratch, 'syncs');
    const idle = syncs(path, 'full', 0, run.scratch);
    const counted = (['full', 'bare'] as const).map((mode) => ({
      mode,
      calls: syncs(path, mode, writes, run.scratch),
    }));
    return [
      {
        name: 'one write with row hash and audit entry, p50',
        value,
        unit: 'ms',
        samples: mine.length,
        limit: { name: 'the same bare, unencrypted', value: plainValue, ratio: plainValue / value },
        peer: { name: 'PouchDB (no sync)', value: peer, ratio: peer / value },
      },
      {
        name: 'one write, against the same without hash and entry',
        value: value / bareValue,
        unit: '×',
        samples: mine.length,
        bound: { text: '≤ 1.3×', holds: value / bareValue <= 1.3 },
        note: `median of ${rounds} rounds in turn, both encrypted, synchronous FULL, both with the outbox op that every write leaves; without ${bareValue.toFixed(3)} ms.`,
      },
      {
        name: 'one write, against the row alone (no hash, entry or op)',
        value: value / median(rowOnly),
        unit: '×',
        samples: mine.length,
      },
      ...counted.flatMap(({ mode, calls }): Figure[] =>
        calls === null || idle === null
          ? []
          : [
              {
                name: `waits for the disk per write, ${mode}`,
                value: (calls - idle) / writes,
                unit: 'count',
                samples: writes,
              },
            ],
      ),
    ];
  },
};
export default bench;

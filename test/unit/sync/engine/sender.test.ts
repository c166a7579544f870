/** Two batches on their way: a backend that comes to the second first is asked again, and nothing is an alarm. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { append } from '../../../../src-main/core/audit/log.ts';
import { insertPatient } from '../../../../src-main/core/store/patient.ts';
import { withTransaction } from '../../../../src-main/core/store/transaction.ts';
import { limits } from '../../../../src-shared/sync-protocol/limits.ts';
import type { StoredAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import { someone } from '../../store/clinic.ts';
import { Clinic, clinic, Station, tenant } from '../incoming/stations.ts';
import { MemoryBackend } from '../memory-backend.ts';

class Overtaking extends MemoryBackend {
  pushes = 0;

  override async push(envelope: Buffer): Promise<StoredAnswer> {
    this.pushes += 1;
    if (this.pushes === 1) await pause(30);
    return super.push(envelope);
  }
}

describe('two batches in flight', () => {
  const backend = new Overtaking(tenant, clinic);
  const station = new Station(1, new Clinic(), backend);
  after(() => station.close());

  it('are stored in their order although the second came first', async () => {
    for (let at = 0; at <= limits.batchOps; at += 100) {
      withTransaction(station.store, (tx) => {
        for (let one = 0; one < 100; one += 1) {
          const name = [{ family: `Family ${at + one}` }];
          insertPatient(tx, {
            json: JSON.stringify({ resourceType: 'Patient', name }),
            authorUser: 'u',
            source: null,
          });
        }
        append(tx, { ...someone, type: 'patient.created' });
      });
    }
    await station.send(backend);
    assert.ok(backend.log.length >= 2);
    assert.deepEqual(
      backend.log.map(({ seq }) => seq),
      backend.log.map((_, at) => at),
    );
    assert.ok(backend.pushes > backend.log.length, 'one was asked for again');
  });
});

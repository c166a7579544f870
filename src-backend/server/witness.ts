/** The backend as a witness of its workstations' audit logs (docs/protocols/audit.md, "Witnesses"). */
import { parseCheckpoint } from '../../src-main/core/audit/checkpoint-note.ts';
import {
  answerAsWitness,
  type WitnessAnswer,
  type WitnessedLog,
  type WitnessRequest,
} from '../../src-main/core/audit/witness-answer.ts';
import type { ClinicStore } from '../store/types.ts';
import type { House } from './house.ts';

const origins = /^carekeep\.audit\/([0-9a-f-]{36})\/([0-9a-f-]{36})$/;

/** Only for logs of this clinic's workstations, with the keys that the register has for them. Inside one transaction. */
export async function cosign(house: House, store: ClinicStore, request: WitnessRequest): Promise<WitnessAnswer> {
  const origin = parseCheckpoint(request.notes.at(-1) ?? '')?.checkpoint.origin ?? '';
  const [, clinic, device] = origins.exec(origin) ?? [];
  if (device === undefined || (await store.state())?.clinic !== clinic) return { kind: 'refused' };
  const row = await store.devices.get(device);
  if (row === null) return { kind: 'refused' };
  const known = await store.witness.known(origin);
  let learned: WitnessedLog | undefined;
  const { name, log } = house.identity;
  const answer = answerAsWitness(
    {
      name,
      publicKey: log.publicKey,
      privateKey: log.privateKey,
      deviceKeys: (of) => (of === origin ? [row.ed25519] : []),
      known: (of) => (of === origin ? known : undefined),
      remember: (_of, next) => {
        learned = next;
      },
      now: () => Math.floor(house.now() / 1000),
    },
    request,
  );
  if (learned !== undefined) await store.witness.remember(origin, learned);
  return answer;
}

/**
 * What a backend can do that holds every byte and its own log key: each behaviour is an honest backend with one method
 * that lies. It can sign heads over whatever it likes; it holds no workstation's key and no clinic key.
 */
import { emptyFrontier, frontierRoot, grow, leafHash } from '../../../src-main/core/audit/merkle.ts';
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { noteSigner } from '../../../src-main/core/crypto/signed-note.ts';
import type { Backend, PulledBatch, SlotsAnswer } from '../../../src-main/core/sync/backend.ts';
import { batchHash, makeEnvelope, readEnvelope } from '../../../src-main/core/sync/envelope.ts';
import { signHead } from '../../../src-main/core/sync/log-head.ts';
import type { StateAnswer } from '../../../src-shared/sync-protocol/messages.ts';
import type { MemoryBackend } from '../../unit/sync/memory-backend.ts';
import type { Prng } from '../prng.ts';

export type Behaviour = {
  readonly name: string;
  /** Codes with which a workstation may notice it. */
  readonly codes: readonly string[];
  /** Beside stopping: it may go on where an entry says what was refused. */
  readonly entry?: true;
  /** @param taken how many batches the workstation has taken before */
  readonly of: (honest: MemoryBackend, taken: number, random: Prng) => Backend;
};

type Lies = { -readonly [M in keyof Backend]?: Backend[M] };

/** An honest backend with some methods of another. */
export function lying(honest: MemoryBackend, lies: Lies): Backend {
  const all: Backend = {
    state: (after, wait, signal) => honest.state(after, wait, signal),
    push: (envelope) => honest.push(envelope),
    pull: (from, bytes) => honest.pull(from, bytes),
    leaves: (from, to) => honest.leaves(from, to),
    snapshots: () => honest.snapshots(),
    directory: () => honest.directory(),
    putDirectory: (bytes, revision) => honest.putDirectory(bytes, revision),
    putSlots: (slots) => honest.putSlots(slots),
    slots: (after) => honest.slots(after),
    putChunk: (blob, n, bytes) => honest.putChunk(blob, n, bytes),
    chunk: (blob, n) => honest.chunk(blob, n),
    deleteBlob: (blob) => honest.deleteBlob(blob),
    devices: () => honest.devices(),
    cosign: (request) => honest.cosign(request),
  };
  return { ...all, ...lies };
}

const headOf = (honest: MemoryBackend, hashes: readonly Buffer[]): string => {
  let frontier = emptyFrontier;
  for (const hash of hashes) frontier = grow(frontier, leafHash(hash));
  const signer = noteSigner(honest.name, honest.key.publicKey, honest.key.privateKey);
  return signHead(honest.clinic, { size: hashes.length, root: frontierRoot(frontier) }, signer);
};

/** Another log told in a consistent way: state, leaves and batches agree. */
function otherLog(honest: MemoryBackend, envelopes: readonly Buffer[]): Backend {
  const hashes = envelopes.map((envelope) => {
    const read = readEnvelope(envelope);
    return read === undefined ? Buffer.alloc(32) : batchHash(read.headerBytes);
  });
  return lying(honest, {
    state: async (after, wait, signal): Promise<StateAnswer> => ({
      ...(await honest.state(after, wait, signal)),
      head: headOf(honest, hashes),
      size: hashes.length,
    }),
    leaves: async (from, to) => hashes.slice(from, to),
    pull: async (from) => envelopes.slice(from).map((envelope, at) => ({ position: from + at, envelope })),
  });
}

const envelopesOf = (honest: MemoryBackend): Buffer[] => honest.log.map(({ envelope }) => Buffer.from(envelope));

function flipped(bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 0x40;
  return other;
}

/** Pulled batches, changed. */
const pulling = (honest: MemoryBackend, change: (pulled: PulledBatch[]) => PulledBatch[]): Backend =>
  lying(honest, { pull: async (from, bytes) => change([...(await honest.pull(from, bytes))]) });

const refused = ['batch-refused'];
const forked = ['log-forked'];
const either = ['batch-refused', 'log-forked', 'log-rolled-back'];

export const behaviours: readonly Behaviour[] = [
  {
    name: 'drops a batch and closes the gap',
    codes: either,
    of: (honest, taken) => otherLog(honest, envelopesOf(honest).toSpliced(taken, 1)),
  },
  {
    name: 'gives batches in another order',
    codes: either,
    of: (honest, taken) => {
      const all = envelopesOf(honest);
      const [one, two] = [all[taken], all[taken + 1]];
      if (one !== undefined && two !== undefined) all.splice(taken, 2, two, one);
      return otherLog(honest, all);
    },
  },
  {
    name: 'plays an old batch again as a new one',
    codes: either,
    of: (honest, taken, random) => {
      const all = envelopesOf(honest);
      const old = all[random.below(taken)] ?? Buffer.alloc(0);
      return otherLog(honest, all.toSpliced(taken, 0, old));
    },
  },
  {
    name: 'gives a batch twice',
    codes: refused,
    of: (honest) => pulling(honest, (pulled) => pulled.flatMap((one) => [one, one])),
  },
  {
    name: 'rolls the log back',
    codes: ['log-rolled-back'],
    of: (honest, taken, random) => otherLog(honest, envelopesOf(honest).slice(0, random.below(taken))),
  },
  {
    name: 'says that there is no log',
    codes: ['log-rolled-back'],
    of: (honest) =>
      lying(honest, {
        state: async (after, wait, signal) => ({ ...(await honest.state(after, wait, signal)), head: null, size: 0 }),
      }),
  },
  {
    name: 'shows each workstation a log of its own',
    codes: forked,
    // What a later batch's author saw is left out; what is left is a whole log.
    of: (honest, taken) => {
      const all = envelopesOf(honest);
      const last = readEnvelope(all.at(-1) ?? Buffer.alloc(0))?.header.device;
      const left = all.filter((one, at) => at < taken || readEnvelope(one)?.header.device === last);
      return otherLog(honest, left);
    },
  },
  {
    name: 'cuts the list of batches short',
    codes: ['log-rolled-back'],
    of: (honest) => pulling(honest, () => []),
  },
  {
    name: 'cuts the list of leaves short',
    codes: refused,
    of: (honest) => lying(honest, { leaves: async () => [] }),
  },
  {
    name: 'gives leaves of another log',
    codes: forked,
    of: (honest, _taken, random) =>
      lying(honest, {
        leaves: async (from, to) => (await honest.leaves(from, to)).map((leaf) => flipped(leaf, random.below(32))),
      }),
  },
  {
    name: 'changes a byte of a batch',
    codes: either,
    of: (honest, _taken, random) =>
      pulling(honest, (pulled) =>
        pulled.map(({ position, envelope }) => ({
          position,
          envelope: flipped(envelope, random.below(envelope.length)),
        })),
      ),
  },
  {
    name: 'makes a batch larger than one may be',
    codes: refused,
    of: (honest) =>
      pulling(honest, (pulled) =>
        pulled.map(({ position, envelope }) => ({
          position,
          envelope: Buffer.concat([envelope, Buffer.alloc(4 * 1024 * 1024)]),
        })),
      ),
  },
  {
    name: 'makes a batch of its own in a workstation’s name',
    codes: refused,
    of: (honest, taken) => {
      const all = envelopesOf(honest);
      const before = readEnvelope(all[taken] ?? Buffer.alloc(0));
      if (before === undefined) return honest;
      const own = generateEd25519();
      const { bodyHash: _bodyHash, ...binding } = before.header;
      const keys = { clinicKey: Buffer.alloc(32, 7), sign: (message: Uint8Array) => sign(own.privateKey, message) };
      return otherLog(honest, all.with(taken, makeEnvelope(binding, Buffer.from('x'), keys).bytes));
    },
  },
  {
    name: 'gives a batch of another clinic',
    codes: either,
    of: (honest, taken) => {
      const all = envelopesOf(honest);
      const read = readEnvelope(all[taken] ?? Buffer.alloc(0));
      if (read === undefined) return honest;
      const { bodyHash: _bodyHash, ...binding } = read.header;
      const own = generateEd25519();
      const foreign = { ...binding, tenant: '99999999-9999-4999-8999-999999999999' };
      const keys = { clinicKey: Buffer.alloc(32, 7), sign: (message: Uint8Array) => sign(own.privateKey, message) };
      return otherLog(honest, all.with(taken, makeEnvelope(foreign, Buffer.alloc(0), keys).bytes));
    },
  },
  {
    name: 'signs a head with another key',
    codes: refused,
    of: (honest) => {
      const other = generateEd25519();
      const signer = noteSigner(honest.name, other.publicKey, other.privateKey);
      const root = frontierRoot(honest.frontier);
      const head = signHead(honest.clinic, { size: honest.frontier.size, root }, signer);
      return lying(honest, {
        state: async (after, wait, signal) => ({ ...(await honest.state(after, wait, signal)), head }),
      });
    },
  },
  {
    name: 'signs a root that is not the log’s',
    codes: forked,
    of: (honest, _taken, random) => {
      const signer = noteSigner(honest.name, honest.key.publicKey, honest.key.privateKey);
      const root = flipped(frontierRoot(honest.frontier), random.below(32));
      const head = signHead(honest.clinic, { size: honest.frontier.size, root }, signer);
      return lying(honest, {
        state: async (after, wait, signal) => ({ ...(await honest.state(after, wait, signal)), head }),
      });
    },
  },
  {
    name: 'says another size than its head',
    codes: refused,
    of: (honest) =>
      lying(honest, {
        state: async (after, wait, signal) => {
          const state = await honest.state(after, wait, signal);
          return { ...state, size: state.size + 1 };
        },
      }),
  },
  {
    name: 'cuts the list of slots short',
    codes: refused,
    of: (honest) => lying(honest, { slots: async (): Promise<SlotsAnswer> => ({ slots: [], more: false }) }),
  },
  {
    name: 'puts patients’ keys in each other’s places',
    codes: refused,
    entry: true,
    of: (honest) =>
      lying(honest, {
        slots: async (after) => {
          const { slots, more } = await honest.slots(after);
          const bodies = slots.map(({ body }) => body);
          return { slots: slots.map((one, at) => ({ ...one, body: bodies[(at + 1) % bodies.length] ?? null })), more };
        },
      }),
  },
  {
    name: 'tells that a batch is stored where another is',
    codes: either,
    of: (honest) => lying(honest, { push: async (envelope) => ({ ...(await honest.push(envelope)), position: 0 }) }),
  },
];

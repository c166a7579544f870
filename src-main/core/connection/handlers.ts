/** Procedures of the connection: connecting the clinic, and new workstations that join over it. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Handlers } from '../call.ts';
import type { Core } from '../core.ts';
import { readAuthority, readCertificate } from '../crypto/certificate.ts';
import { looked } from '../looked.ts';
import { demandNamedAddress, demandNamedAuthority } from '../policies/backend-named.ts';
import { addressText, connectClinic, inEu, parseAddress, probe } from './connect.ts';
import { answerHere, askHere, finishHere } from './enrol-here.ts';
import { asCallError, reasonOf } from './refusals.ts';

/** A person waits for it. Milliseconds. */
const patience = 60_000;

/** What the backend said goes into our log with its own reason; the caller hears a code of the closed list. */
async function asking<T>(core: Core, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(patience);
  try {
    return await work(signal);
  } catch (error) {
    if (reasonOf(error) !== undefined) core.report('backend', error);
    if (signal.aborted && !(error instanceof CallError)) throw new CallError('backend-unreachable');
    throw asCallError(error);
  }
}

async function firstContact(core: Core): Promise<void> {
  await core.connection.contact(AbortSignal.timeout(patience)).catch((error: unknown) => core.report('backend', error));
  core.sync.wake();
}

export const backendHandlers: Handlers<'backend'> = {
  get: async (context) => {
    looked(context, 'device.listed');
    const { core } = context;
    const pinned = core.vault.backend.get();
    if (pinned === null) return { backend: null };
    const { name, operator, region, authority, certificate } = pinned;
    const kept = await used(core);
    return {
      backend: {
        address: addressText(pinned),
        fingerprint: readAuthority(authority)?.fingerprint ?? '',
        name,
        operator,
        region,
        inEu: inEu(pinned),
        certificateUntil: (certificate === null ? undefined : readCertificate(certificate)?.notAfter) ?? 0,
        ...kept,
      },
    };
  },
  probe: async ({ core }, { address }) => {
    const { policy } = core.policy;
    demandNamedAddress(policy, address);
    return asking(core, async (signal) => {
      const { at, authority, descriptor } = await probe(parseAddress(address), signal);
      const { name, operator, region } = descriptor;
      const { fingerprint } = authority;
      demandNamedAuthority(policy, fingerprint, 'address');
      return { address: addressText(at), fingerprint, name, operator, region, inEu: inEu(descriptor) };
    });
  },
  connect: async ({ core, session, record, now }, input) => {
    demandNamedAddress(core.policy.policy, input.address);
    demandNamedAuthority(core.policy.policy, input.fingerprint, 'fingerprint');
    const backend = await asking(core, (signal) =>
      connectClinic(core.vault, input, core.updates.software(), now, signal),
    );
    await core.vault.backend.connect(session.keys, backend);
    record(({ entry }) => {
      entry.entity.push(backend.tenant);
      entry.detail['region'] = backend.region;
    });
    // The others' directory is theirs to find from now on; nobody waits where it cannot be told yet.
    await firstContact(core);
    return { ok: true };
  },
};

/** Bytes kept and allowed there; null where it cannot be asked now. */
async function used(core: Core): Promise<{ used: number | null; quota: number | null }> {
  try {
    const state = await core.connection.backend()?.state(null, 0, AbortSignal.timeout(5_000));
    return { used: state?.used ?? null, quota: state?.quota ?? null };
  } catch (error) {
    core.report('backend', error);
    return { used: null, quota: null };
  }
}

export const enrolmentHandlers: Handlers<'enrolment'> = {
  open: async ({ core, record }) => {
    const opened = await asking(core, (signal) => core.connection.enrolment.open(signal));
    record(() => undefined);
    return opened;
  },
  standing: async ({ core }) => asking(core, (signal) => core.connection.enrolment.standing(signal)),
  admit: async ({ core, session, record }, { words }) => {
    const { enrolment } = core.connection;
    const admitted = await enrolment.sign(session.keys, words);
    record(({ entry }) => void entry.entity.push(admitted.deviceId));
    await asking(core, (signal) => enrolment.deliver(signal));
    // So that the newcomer need not take the whole history; where it cannot be made now, that is what it does.
    void core.sync.exchange?.snapshotNow().catch((error: unknown) => core.report('snapshot', error));
    return { ok: true };
  },
  cancel: async ({ core }) => {
    core.connection.enrolment.cancel();
    return { ok: true };
  },
  ask: async ({ core }, input) => asking(core, (signal) => askHere(core, input, signal)),
  answer: async ({ core }) => asking(core, (signal) => answerHere(core, signal)),
  finish: async ({ core, now }, { words }) => {
    await asking(core, (signal) => finishHere(core, words, now, signal));
    // Its certificate; where the line fails just now, the next contact fetches it.
    await firstContact(core);
    return { ok: true };
  },
};

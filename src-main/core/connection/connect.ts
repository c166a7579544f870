/** Finding out who a backend is, and connecting the clinic to it. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { type DescriptorBody, euCountries } from '../../../src-shared/sync-protocol/messages.ts';
import { type PeerAddress, probeAuthority } from '../crypto/backend-tls.ts';
import { type Certificate, readCertificate } from '../crypto/certificate.ts';
import { equalBytes } from '../crypto/hash.ts';
import { BackendUnreachable } from '../sync/backend.ts';
import { BackendHttp } from '../sync/http.ts';
import {
  type CertificateAnswer,
  fetchDescriptor,
  fetchNonce,
  postCertificate,
  postConnect,
} from '../sync/open-calls.ts';
import type { DevicePublic } from '../vault/backend-office.ts';
import type { BackendConnection } from '../vault/key-file-payload.ts';
import type { Vault } from '../vault/vault.ts';

const probeLimits = (signal: AbortSignal) => ({ signal, timeoutMs: 10_000 });
const usualPort = 8443;

/** `host:port`, `host`, `[address]:port`. @throws CallError invalid-input */
export function parseAddress(text: string): PeerAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = (bracketed ?? plain ?? '').toLowerCase();
  const port = digits === undefined ? usualPort : Number(digits);
  if (host === '' || port < 1 || port > 65_535) throw new CallError('invalid-input', { field: 'address' });
  return { host, port };
}

export function addressText({ host, port }: PeerAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function inEu({ region }: Pick<DescriptorBody, 'region'>): boolean {
  return euCountries.some((country) => country === region);
}

export type Probed = {
  readonly at: PeerAddress;
  readonly authority: Certificate;
  readonly descriptor: DescriptorBody;
};

/** Open calls to a server of this authority; the connection ends with them. */
export async function withOpenCalls<T>(
  { host, port }: PeerAddress,
  authority: string,
  work: (http: BackendHttp) => Promise<T>,
): Promise<T> {
  const http = new BackendHttp({ host, port, authority, identity: null });
  try {
    return await work(http);
  } finally {
    await http.close();
  }
}

/** The authority that a server shows and what it says of itself. Nothing is decided by it: a person compares. */
export async function probe(at: PeerAddress, signal: AbortSignal): Promise<Probed> {
  const authority = await probeAuthority(at, probeLimits(signal));
  const descriptor = await withOpenCalls(at, authority.pem, (http) => fetchDescriptor(http, signal));
  return { at, authority, descriptor };
}

/** A certificate for just this workstation's key and ids, else it is refused. @returns its PEM */
export function demandOwn(answer: CertificateAnswer, own: DevicePublic, tenant: string): string {
  const read = readCertificate(answer.certificate);
  const fits =
    answer.tenant === tenant &&
    read !== undefined &&
    equalBytes(read.spki, Buffer.from(own.spki, 'base64')) &&
    read.subject.includes(`O=${tenant}`) &&
    read.subject.includes(`CN=${own.device}`);
  if (!fits) throw new BackendUnreachable('answer-malformed');
  return read.pem;
}

/**
 * Probes, demands that it is who the person compared, and hands in the clinic's token.
 * @throws CallError backend-differs, backend-not-in-eu; what the calls throw
 */
export async function connectClinic(
  vault: Vault,
  { address, fingerprint, token }: { readonly address: string; readonly fingerprint: string; readonly token: string },
  software: string,
  now: number,
  signal: AbortSignal,
): Promise<BackendConnection> {
  const { at, authority, descriptor } = await probe(parseAddress(address), signal);
  if (authority.fingerprint !== fingerprint) throw new CallError('backend-differs', { field: 'fingerprint' });
  if (!inEu(descriptor)) throw new CallError('backend-not-in-eu');
  const own = vault.backend.device();
  const answer = await withOpenCalls(at, authority.pem, async (http) => {
    const nonce = await fetchNonce(http, signal);
    const proof = { purpose: 'connect', tenant: null, nonce, spki: own.spki, subject: null } as const;
    const signature = vault.backend.prove(proof);
    const clinic = vault.ids().clinicId;
    return postConnect(http, { token, clinic, ...own, software, nonce, signature }, signal);
  });
  return {
    ...at,
    tenant: answer.tenant,
    authority: authority.pem,
    name: descriptor.name,
    operator: descriptor.operator,
    region: descriptor.region,
    logKey: descriptor.logKey,
    certificate: demandOwn(answer, own, answer.tenant),
    lastContact: now,
  };
}

/** A certificate by the device's own key: when half of one's life is over, and when none is valid any more. */
export async function fetchCertificate(
  vault: Vault,
  backend: BackendConnection,
  software: string,
  signal: AbortSignal,
): Promise<string> {
  const { tenant } = backend;
  const own = vault.backend.device();
  const { device, spki } = own;
  return withOpenCalls(backend, backend.authority, async (http) => {
    demandSame(await fetchDescriptor(http, signal), backend);
    const nonce = await fetchNonce(http, signal);
    const signature = vault.backend.prove({ purpose: 'certificate', tenant, nonce, spki, subject: null });
    const request = { tenant, device, spki, software, nonce, signature };
    return demandOwn(await postCertificate(http, request, signal), own, tenant);
  });
}

/** It is still who was pinned, and where it may be. @throws BackendUnreachable descriptor-differs, CallError backend-not-in-eu */
export function demandSame(descriptor: DescriptorBody, pinned: Pick<BackendConnection, 'name' | 'logKey'>): void {
  if (descriptor.logKey !== pinned.logKey || descriptor.name !== pinned.name) {
    throw new BackendUnreachable('descriptor-differs');
  }
  if (!inEu(descriptor)) throw new CallError('backend-not-in-eu');
}

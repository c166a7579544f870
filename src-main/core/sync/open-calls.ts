/** Calls beside the exchange: who the backend is, certificates, its register, mailboxes (docs/protocols/sync.md, "Transport"). */
import type { z } from 'zod';
import { limits } from '../../../src-shared/sync-protocol/limits.ts';
import {
  certificateAnswer,
  type certificateRequest,
  type connectRequest,
  type DescriptorBody,
  descriptor,
  mailboxPart,
  mailboxState,
  nonceAnswer,
  type registerRequest,
  type revokeRequest,
} from '../../../src-shared/sync-protocol/messages.ts';
import { BackendRefusal, BackendUnreachable } from './backend.ts';
import { type BackendHttp, nothing, parsed, smallAnswer } from './http.ts';
import { readDescriptor } from './proof.ts';

export type CertificateAnswer = z.infer<typeof certificateAnswer>;
export type MailboxState = z.infer<typeof mailboxState>;

/** Base64 in JSON. */
const inJson = (bytes: number): number => Math.ceil(bytes / 3) * 4 + 1024;
/** A few megabytes over a slow line. Milliseconds. */
const longer = 300_000;

/** @throws BackendUnreachable descriptor-refused where its own key did not sign it */
export async function fetchDescriptor(http: BackendHttp, signal: AbortSignal): Promise<DescriptorBody> {
  const answer = await http.ask({ method: 'GET', path: '/v1/descriptor', most: smallAnswer }, signal);
  const body = readDescriptor(parsed(descriptor, answer));
  if (body === undefined) throw new BackendUnreachable('descriptor-refused');
  return body;
}

export async function fetchNonce(http: BackendHttp, signal: AbortSignal): Promise<string> {
  return parsed(nonceAnswer, await http.ask({ method: 'GET', path: '/v1/nonce', most: smallAnswer }, signal)).nonce;
}

const post = (http: BackendHttp, path: string, json: unknown, signal: AbortSignal) =>
  http.ask({ method: 'POST', path, body: { json }, most: smallAnswer }, signal);

export async function postConnect(
  http: BackendHttp,
  request: z.infer<typeof connectRequest>,
  signal: AbortSignal,
): Promise<CertificateAnswer> {
  return parsed(certificateAnswer, await post(http, '/v1/connect', request, signal));
}

export async function postCertificate(
  http: BackendHttp,
  request: z.infer<typeof certificateRequest>,
  signal: AbortSignal,
): Promise<CertificateAnswer> {
  return parsed(certificateAnswer, await post(http, '/v1/certificates', request, signal));
}

export async function postDevice(
  http: BackendHttp,
  request: z.infer<typeof registerRequest>,
  signal: AbortSignal,
): Promise<void> {
  parsed(nothing, await post(http, '/v1/devices', request, signal));
}

export async function postRevoke(
  http: BackendHttp,
  device: string,
  request: z.infer<typeof revokeRequest>,
  signal: AbortSignal,
): Promise<void> {
  parsed(nothing, await post(http, `/v1/devices/${device}/revoke`, request, signal));
}

export async function openMailbox(http: BackendHttp, id: string, offer: Buffer, signal: AbortSignal): Promise<void> {
  parsed(nothing, await post(http, '/v1/mailboxes', { id, offer: offer.toString('base64') }, signal));
}

/** Null: there is none, or its ten minutes are over. */
export async function readMailbox(http: BackendHttp, id: string, signal: AbortSignal): Promise<MailboxState | null> {
  const most = inJson(limits.mailboxRequestBytes) + inJson(65_536);
  return orNothing(async () =>
    parsed(mailboxState, await http.ask({ method: 'GET', path: `/v1/mailboxes/${id}`, most }, signal)),
  );
}

export async function putMailbox(
  http: BackendHttp,
  id: string,
  part: 'request' | 'welcome',
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const path = `/v1/mailboxes/${id}/${part}`;
  const body = { json: { body: bytes.toString('base64') } };
  parsed(nothing, await http.ask({ method: 'PUT', path, body, most: smallAnswer, patience: longer }, signal));
}

export async function readWelcome(http: BackendHttp, id: string, signal: AbortSignal): Promise<Buffer | null> {
  const most = inJson(limits.mailboxWelcomeBytes);
  const asked = { method: 'GET', path: `/v1/mailboxes/${id}/welcome`, most, patience: longer } as const;
  const found = await orNothing(async () => parsed(mailboxPart, await http.ask(asked, signal)));
  return found === null ? null : Buffer.from(found.body, 'base64');
}

async function orNothing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BackendRefusal && error.value.code === 'not-found') return null;
    throw error;
  }
}

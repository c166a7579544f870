/** A workstation as the backend's tests play it: keys, a certificate, requests over real TLS. */
import { createPrivateKey } from 'node:crypto';
import { Agent, type AgentOptions, request } from 'node:https';
import type { z } from 'zod';
import type { RunningBackend } from '../../../../src-backend/server/backend.ts';
import { generateEd25519, sign } from '../../../../src-main/core/crypto/ed25519.ts';
import { generateTlsKey } from '../../../../src-main/core/crypto/p256.ts';
import { randomBytes, randomUuid } from '../../../../src-main/core/crypto/random.ts';
import { batchHash, type Envelope, makeEnvelope, noBatch } from '../../../../src-main/core/sync/envelope.ts';
import { proofBytes, registrationOf } from '../../../../src-main/core/sync/proof.ts';
import { certificateAnswer, nonceAnswer, type Proof } from '../../../../src-shared/sync-protocol/messages.ts';

export type Answer = {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: unknown;
  /** Of an error. */
  readonly code: unknown;
};
export type Said = {
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly bytes?: Buffer;
};

export const pemKey = (pkcs8: Buffer): string =>
  createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }).toString();

export class Workstation {
  readonly backend: RunningBackend;
  readonly device = randomUuid();
  readonly keys = generateEd25519();
  readonly tls = generateTlsKey();
  readonly clinic: string;
  tenant = '';
  /** PEM; null: none is shown. */
  certificate: string | null = null;
  seq = 0;
  previous = noBatch;
  readonly #agents: Agent[] = [];

  constructor(backend: RunningBackend, clinic: string = randomUuid()) {
    this.backend = backend;
    this.clinic = clinic;
  }

  get registered() {
    return {
      device: this.device,
      ed25519: this.keys.publicKey.toString('base64'),
      spki: this.tls.spki.toString('base64'),
    };
  }

  /** A connection that lives on, with what is shown now. */
  agent(more: AgentOptions = {}): Agent {
    const agent = new Agent({
      keepAlive: true,
      ca: this.backend.authorityPem,
      servername: 'localhost',
      maxSockets: 8,
      ...(this.certificate !== null && { cert: this.certificate, key: pemKey(this.tls.pkcs8) }),
      ...more,
    });
    this.#agents.push(agent);
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.splice(0)) agent.destroy();
  }

  ask(method: string, path: string, said: Said = {}, agent = this.agent()): Promise<Answer> {
    const body = said.bytes ?? (said.json === undefined ? undefined : Buffer.from(JSON.stringify(said.json)));
    const type = said.bytes === undefined ? 'application/json' : 'application/octet-stream';
    const headers = {
      ...(body !== undefined && { 'content-type': type, 'content-length': body.length }),
      ...said.headers,
    };
    return new Promise((resolve, reject) => {
      const going = request(
        { host: '127.0.0.1', port: this.backend.port, method, path, headers, agent },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const whole = Buffer.concat(parts);
            const isJson = response.headers['content-type']?.startsWith('application/json') === true;
            const json: unknown = isJson ? JSON.parse(whole.toString('utf8')) : null;
            const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined;
            resolve({ status: response.statusCode ?? 0, body: whole, headers: response.headers, json, code });
          });
        },
      );
      going.on('error', reject);
      going.end(body);
    });
  }

  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await this.ask('GET', path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${String(answer.code)}`);
    return schema.parse(answer.json);
  }

  async nonce(): Promise<string> {
    return (await this.get('/v1/nonce', nonceAnswer)).nonce;
  }

  proof(purpose: Proof['purpose'], nonce: string, said: Partial<Proof> = {}): string {
    const proof: Proof = {
      purpose,
      tenant: this.tenant,
      device: this.device,
      nonce,
      spki: null,
      subject: null,
      ...said,
    };
    return sign(this.keys.privateKey, proofBytes(proof)).toString('base64');
  }

  async connecting(token: string) {
    const nonce = await this.nonce();
    const signature = this.proof('connect', nonce, { tenant: null, spki: this.registered.spki });
    return { token, clinic: this.clinic, ...this.registered, software: 'test 1', nonce, signature };
  }

  async connect(token: string): Promise<Answer> {
    return this.#certified(await this.ask('POST', '/v1/connect', { json: await this.connecting(token) }));
  }

  async renew(): Promise<Answer> {
    const nonce = await this.nonce();
    const { spki } = this.registered;
    const signature = this.proof('certificate', nonce, { spki });
    const json = { tenant: this.tenant, device: this.device, spki, software: 'test 1', nonce, signature };
    return this.#certified(await this.ask('POST', '/v1/certificates', { json }));
  }

  #certified(answer: Answer): Answer {
    if (answer.status !== 200) return answer;
    const { tenant, certificate } = certificateAnswer.parse(answer.json);
    this.tenant = tenant;
    this.certificate = certificate;
    return answer;
  }

  /** Has another one registered, as an admin's workstation does. */
  async register(other: Workstation): Promise<Answer> {
    const nonce = await this.nonce();
    const signature = this.proof('device', nonce, {
      spki: other.registered.spki,
      subject: registrationOf(other.registered),
    });
    const answer = await this.ask('POST', '/v1/devices', { json: { ...other.registered, nonce, signature } });
    if (answer.status === 200) other.tenant = this.tenant;
    return answer;
  }

  async revoke(device: string): Promise<Answer> {
    const nonce = await this.nonce();
    const signature = this.proof('revoke', nonce, { subject: device });
    return this.ask('POST', `/v1/devices/${device}/revoke`, { json: { nonce, signature } });
  }

  envelope(
    said: { seq?: number; tenant?: string; device?: string; kind?: 'ops' | 'snapshot'; bytes?: number } = {},
  ): Envelope {
    return makeEnvelope(
      {
        version: 1,
        tenant: said.tenant ?? this.tenant,
        clinic: this.clinic,
        device: said.device ?? this.device,
        seq: said.seq ?? this.seq,
        previous: this.previous.toString('base64'),
        kind: said.kind ?? 'ops',
        epoch: 1,
        seen: { size: 0, root: noBatch.toString('base64') },
        roster: 1,
      },
      Buffer.alloc(said.bytes ?? 100),
      { clinicKey: randomBytes(32), sign: (message) => sign(this.keys.privateKey, message) },
    );
  }

  /** The next batch, stored. */
  async push(envelope = this.envelope()): Promise<Answer> {
    const answer = await this.ask('POST', '/v1/batches', { bytes: envelope.bytes });
    if (answer.status === 200 && envelope.header.seq === this.seq) {
      this.seq += 1;
      this.previous = batchHash(envelope.headerBytes);
    }
    return answer;
  }
}

/** A clinic at a backend: workstations join as they do in life, register, proof and certificate, all over its TLS. */
import { createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { randomUuid } from '../../../src-main/core/crypto/random.ts';
import { HttpsBackend } from '../../../src-main/core/sync/https-backend.ts';
import { proofBytes, registrationOf } from '../../../src-main/core/sync/proof.ts';
import { certificateAnswer, nonceAnswer, type Proof } from '../../../src-shared/sync-protocol/messages.ts';
import type { BackendProcess } from '../../faults/backend/process.ts';
import { answered, serverName } from '../backend/clinics.ts';
import { Line, requestBytes } from '../backend/line.ts';
import type { Workstation } from './workstation.ts';

export type Joined = { readonly at: Workstation; readonly backend: HttpsBackend };

export class BenchClinic {
  readonly clinic = randomUuid();
  readonly tenant: string;
  readonly #backend: BackendProcess;
  readonly #token: string;
  #first: { readonly at: Workstation; readonly certificate: string } | null = null;

  private constructor(backend: BackendProcess, tenant: string, token: string) {
    this.#backend = backend;
    this.tenant = tenant;
    this.#token = token;
  }

  static async at(backend: BackendProcess): Promise<BenchClinic> {
    const { tenant, token } = await backend.clinic();
    return new BenchClinic(backend, tenant, token);
  }

  /** The first one connects the clinic, the others are registered by it. @param port where it believes the backend to be */
  async join(at: Workstation, port: number = this.#backend.facts.port): Promise<Joined> {
    const certificate = this.#first === null ? await this.#connect(at) : await this.#registered(at, this.#first);
    this.#first ??= { at, certificate };
    const { authority } = this.#backend.facts;
    const identity = { certificate, key: at.tls.pkcs8 };
    return { at, backend: new HttpsBackend({ host: serverName, port, authority, identity }) };
  }

  async #connect(at: Workstation): Promise<string> {
    return this.#over(null, async (line) => {
      const signed = await this.#proof(line, at, { purpose: 'connect', tenant: null, subject: null, spki: spkiOf(at) });
      const keys = { device: at.device, ed25519: at.identity.publicKey.toString('base64'), spki: spkiOf(at) };
      const request = { token: this.#token, clinic: this.clinic, ...keys, software: 'bench', ...signed };
      return certificateAnswer.parse(await post(line, '/v1/connect', request)).certificate;
    });
  }

  async #registered(at: Workstation, first: { at: Workstation; certificate: string }): Promise<string> {
    const { tenant } = this;
    await this.#over(first, async (line) => {
      const keys = { device: at.device, ed25519: at.identity.publicKey.toString('base64'), spki: spkiOf(at) };
      const about = { purpose: 'device', tenant, subject: registrationOf(keys), spki: keys.spki } as const;
      const signed = await this.#proof(line, first.at, about);
      await post(line, '/v1/devices', { ...keys, ...signed });
    });
    return this.#over(null, async (line) => {
      const about = { purpose: 'certificate', tenant, subject: null, spki: spkiOf(at) } as const;
      const signed = await this.#proof(line, at, about);
      const request = { tenant, device: at.device, spki: spkiOf(at), software: 'bench', ...signed };
      return certificateAnswer.parse(await post(line, '/v1/certificates', request)).certificate;
    });
  }

  async #proof(line: Line, at: Workstation, about: Omit<Proof, 'device' | 'nonce'>) {
    const { nonce } = nonceAnswer.parse(answered(await line.ask(requestBytes('GET', '/v1/nonce'))));
    return { nonce, signature: at.sign(proofBytes({ ...about, device: at.device, nonce })).toString('base64') };
  }

  async #over<T>(who: { at: Workstation; certificate: string } | null, work: (line: Line) => Promise<T>): Promise<T> {
    const { port, authority: ca } = this.#backend.facts;
    const context = createSecureContext(who === null ? { ca } : { ca, cert: who.certificate, key: pemOf(who.at) });
    const line = await Line.to({ port, serverName, context });
    try {
      return await work(line);
    } finally {
      line.close();
    }
  }
}

const spkiOf = ({ tls }: Workstation): string => tls.spki.toString('base64');

const pemOf = ({ tls }: Workstation): string =>
  createPrivateKey({ key: tls.pkcs8, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();

async function post(line: Line, path: string, json: object): Promise<unknown> {
  return answered(await line.ask(requestBytes('POST', path, Buffer.from(JSON.stringify(json)))));
}

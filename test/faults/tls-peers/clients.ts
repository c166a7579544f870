/** Bad clients against our server: the reason that its log gives, or the code that it answers. */
import { randomUuid } from '../../../src-main/core/crypto/random.ts';
import { pemKey, type Workstation } from '../../unit/backend/server/workstation.ts';
import { hold } from '../kind.ts';
import { certificate, dayMs, followedBy, KeyUsageFlags, type Shown, usages, type Wanted } from './certificates.ts';
import { clientCertificate, rawBytes, refusedFor, request, type Stage } from './stage.ts';

export type PeerCase = { readonly name: string; readonly play: (stage: Stage) => Promise<void> };

const now = () => Date.now();

/** Shows a certificate of the authority itself, wrong in one way. */
const shows = (
  name: string,
  reason: string,
  change: (stage: Stage) => Partial<Wanted> | Promise<Partial<Wanted>>,
): PeerCase => ({
  name: `client ${name}`,
  play: async (stage) => {
    const shown = await clientCertificate(stage, await change(stage));
    // Weak keys are the client's to offer: its own library must not be what stops it.
    await refusedFor(stage, reason, () => request(stage, { ...shown, ciphers: 'DEFAULT@SECLEVEL=0' }));
  },
});

/** Is heard, and told a code. */
const answered = (
  name: string,
  code: string,
  shown: (stage: Stage) => Promise<Shown | object>,
  path?: string,
): PeerCase => ({
  name: `client ${name}`,
  play: async (stage) => {
    const from = stage.backend.lines.length;
    const answer = await request(stage, await shown(stage), path);
    hold(answer.includes(`{"code":"${code}"}`), `answered ${answer.slice(0, 12)} ${/\{.*\}/.exec(answer)?.[0] ?? ''}`);
    const logged = stage.backend.lines.slice(from).some((line) => line.includes(`"code":"${code}"`));
    hold(logged, 'the refusal is not in the log');
  },
});

const bad = (
  name: string,
  reason: string,
  play: (stage: Stage) => Promise<string>,
  milliseconds?: number,
): PeerCase => ({
  name: `client ${name}`,
  play: (stage) => refusedFor(stage, reason, () => play(stage), milliseconds),
});

const ownOf = async (station: Workstation): Promise<Shown> => ({
  cert: station.certificate ?? '',
  key: pemKey(station.tls.pkcs8),
});

const weak = 'certificate-key-weak';

export const clientCases: readonly PeerCase[] = [
  shows('expired', 'certificate-expired', () => ({ from: now() - 7 * dayMs, until: now() - 1_000 })),
  shows('not yet valid', 'certificate-not-yet-valid', () => ({ from: now() + 3_600_000, until: now() + dayMs })),
  shows('for fifty years', 'certificate-too-long', () => ({ until: now() + 50 * 365 * dayMs })),
  shows('of another authority with the same name', 'certificate-of-another-authority', ({ foreign }) => ({
    issuer: foreign,
  })),
  shows('self-signed', 'certificate-self-signed', () => ({ issuer: null })),
  shows('with a certificate for servers', 'certificate-usage', () => ({ usages: [usages.server] })),
  shows('with a certificate for servers and clients', 'certificate-usage', () => ({
    usages: [usages.server, usages.client],
  })),
  shows('with a certificate for code', 'certificate-usage', () => ({ usages: [usages.code] })),
  shows('with a certificate for nothing named', 'certificate-usage', () => ({ usages: [] })),
  shows('that may not sign', 'certificate-usage', () => ({ keyUsage: KeyUsageFlags.keyAgreement })),
  shows('that is an authority', 'certificate-is-authority', () => ({
    ca: true,
    keyUsage: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign,
  })),
  shows('with a certificate signed over SHA-1', weak, () => ({ hash: 'SHA-1' })),
  ...(['rsa1024', 'rsa2048', 'p384', 'p521', 'ed25519'] as const).map((kind) =>
    shows(`with a key of ${kind}`, weak, () => ({ kind })),
  ),
  shows('without tenant', 'certificate-subject', ({ one }) => ({ subject: `CN=${one.device}` })),
  shows('with a third name', 'certificate-subject', ({ one }) => ({
    subject: `O=${one.tenant}, CN=${one.device}, OU=admin`,
  })),
  shows('with names the other way round', 'certificate-subject', ({ one }) => ({
    subject: `CN=${one.device}, O=${one.tenant}`,
  })),
  shows('with names that are no ids', 'certificate-subject', () => ({ subject: "O=' or true --, CN=*" })),
  bad('behind an intermediate', 'certificate-has-intermediates', async (stage) => {
    const between = await certificate({ subject: 'CN=between', issuer: stage.authority, ca: true });
    const leaf = await clientCertificate(stage, { issuer: between.issuer });
    return request(stage, followedBy(leaf, between.cert));
  }),
  bad('behind an authority of its own', 'certificate-of-another-authority', async (stage) =>
    request(stage, followedBy(await clientCertificate(stage, { issuer: stage.foreign }), stage.foreign.pem)),
  ),
  bad('of TLS 1.2', 'tls-too-old', async (stage) =>
    request(stage, { ...(await ownOf(stage.one)), maxVersion: 'TLSv1.2' }),
  ),
  bad('of TLS 1.1', 'tls-too-old', async (stage) =>
    request(stage, {
      ...(await ownOf(stage.one)),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    }),
  ),
  bad('that speaks HTTP', 'no-tls', (stage) => rawBytes(stage, 'GET /v1/state HTTP/1.1\r\nhost: x\r\n\r\n')),
  bad('that speaks nothing known', 'no-tls', (stage) => rawBytes(stage, Buffer.alloc(600, 0xa5))),
  bad('with a cipher that is not ours', 'no-common-cipher', (stage) =>
    request(stage, { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }),
  ),
  bad('with a curve that is not ours', 'no-common-cipher', (stage) => request(stage, { ecdhCurve: 'secp521r1' })),
  bad('that leaves in the handshake', 'handshake-broken', (stage) =>
    rawBytes(stage, Buffer.from('16030100c8', 'hex'), true),
  ),
  bad('that says nothing', 'handshake-late', (stage) => rawBytes(stage, ''), 15_000),
  answered('without a certificate', 'no-certificate', async () => ({})),
  answered('with a curve that TLS 1.3 has no signature for', 'no-certificate', (stage) =>
    clientCertificate(stage, { kind: 'secp256k1' }),
  ),
  answered('of a tenant that is not there', 'unknown-device', (stage) =>
    clientCertificate(stage, { subject: `O=${randomUuid()}, CN=${stage.one.device}` }),
  ),
  answered('of another tenant', 'unknown-device', (stage) =>
    clientCertificate(stage, { subject: `O=${stage.other.tenant}, CN=${stage.one.device}` }),
  ),
  answered('with a certificate that was never issued', 'certificate-refused', (stage) => clientCertificate(stage)),
  answered('with another key than the registered', 'certificate-refused', (stage) =>
    clientCertificate(stage, { kind: 'p256' }),
  ),
  answered('that was revoked', 'device-revoked', ({ revoked }) => ownOf(revoked)),
  answered('that was revoked, at an open place', 'device-revoked', ({ revoked }) => ownOf(revoked), '/v1/nonce'),
];

/** Who is let in as the backend, and who is not: each bad server by its own reason. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { connectPinned, PeerFailure, peerFailures, probeAuthority } from '../../../src-main/core/crypto/backend-tls.ts';
import { readAuthority, readCertificate } from '../../../src-main/core/crypto/certificate.ts';
import {
  type AuthorityKeys,
  issueAuthority,
  issueLeaf,
  type LeafWanted,
} from '../../../src-main/core/crypto/certificate-issuing.ts';
import { generateTlsKey } from '../../../src-main/core/crypto/p256.ts';
import { day, identityFrom, pemKey, type Site, startSite } from '../sync/tls-server.ts';

const quick = () => ({ signal: new AbortController().signal, timeoutMs: 2_000 });
const now = Date.now();
let good: Site;
before(async () => {
  good = await startSite((_request, response) => response.end('{}'));
});
after(() => good.stop());

/** Why a server on this port is refused. */
async function refusal(port: number, authority: string, host = '127.0.0.1'): Promise<string> {
  try {
    (await connectPinned({ host, port, authority, identity: null }, quick())).destroy();
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof PeerFailure, String(error));
    return error.code;
  }
}

/** The same of a server with a leaf of the test's own. */
async function leafRefusal(
  wanted: Partial<LeafWanted>,
  authority: AuthorityKeys = good.authority,
  chain = authority.pem,
): Promise<string> {
  const key = generateTlsKey();
  const leaf = await issueLeaf(authority, {
    subject: [{ CN: ['127.0.0.1'] }],
    spki: key.spki,
    usage: 'server',
    names: ['127.0.0.1'],
    span: { from: now - day, until: now + day },
    ...wanted,
  });
  return siteRefusal({ cert: leaf.pem + chain, key: pemKey(key.pkcs8) });
}

async function siteRefusal(options: Parameters<typeof startSite>[1]): Promise<string> {
  const site = await startSite((_request, response) => response.end(), options, good.authority);
  try {
    return await refusal(site.port, good.authority.pem);
  } finally {
    await site.stop();
  }
}

test('a server with a certificate straight from the pinned authority is let in, by name and by address', async () => {
  assert.equal(await refusal(good.port, good.authority.pem), 'accepted');
  assert.equal(await refusal(good.port, good.authority.pem, 'localhost'), 'accepted');
  const socket = await connectPinned(
    {
      host: 'localhost',
      port: good.port,
      authority: good.authority.pem,
      identity: await identityFrom(good.authority, 'tenant', 'device'),
    },
    quick(),
  );
  assert.equal(socket.getProtocol(), 'TLSv1.3');
  socket.destroy();
});

test('each certificate that is wrong is refused by its own reason', async () => {
  const other = await issueAuthority({ name: 'Test authority', now });
  assert.equal(await refusal(good.port, other.pem), 'not-the-authority');
  assert.equal(await leafRefusal({}), 'accepted');
  assert.equal(await leafRefusal({}, other), 'not-the-authority');
  assert.equal(await leafRefusal({ span: { from: now - 3 * day, until: now - day } }), 'expired');
  assert.equal(await leafRefusal({ span: { from: now + day, until: now + 3 * day } }), 'not-yet-valid');
  assert.equal(await leafRefusal({ names: ['elsewhere.example', '127.0.0.2'] }), 'wrong-name');
  // Its common name is the address asked for: that does not count.
  assert.equal(await leafRefusal({ names: [] }), 'wrong-name');
  assert.equal(await leafRefusal({ usage: 'client' }), 'wrong-usage');
  assert.equal(await leafRefusal({ usage: 'none' }), 'wrong-usage');
  // An authority below the pinned one.
  const between = generateTlsKey();
  const below = await issueLeaf(good.authority, {
    subject: [{ CN: ['below'] }],
    spki: between.spki,
    usage: 'none',
    names: [],
    span: { from: now - day, until: now + day },
    authority: true,
  });
  const through = { pem: below.pem, key: between };
  assert.notEqual(await leafRefusal({}, through, below.pem + good.authority.pem), 'accepted');
});

test('weak keys, self-signed certificates and older TLS are refused', async () => {
  const rsa = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  const p384 = generateKeyPairSync('ec', {
    namedCurve: 'secp384r1',
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  for (const { publicKey: spki, privateKey: key } of [rsa, p384]) {
    const leaf = await issueLeaf(good.authority, {
      subject: [{ CN: ['x'] }],
      spki,
      usage: 'server',
      names: ['127.0.0.1'],
      span: { from: now - day, until: now + day },
    });
    assert.equal(await siteRefusal({ cert: leaf.pem + good.authority.pem, key }), 'weak-key');
  }
  const alone = await issueAuthority({ name: '127.0.0.1', now });
  const own = await issueLeaf(alone, {
    subject: [{ CN: ['127.0.0.1'] }],
    spki: alone.key.spki,
    usage: 'server',
    names: ['127.0.0.1'],
    span: { from: now - day, until: now + day },
  });
  assert.equal(await siteRefusal({ cert: own.pem, key: pemKey(alone.key.pkcs8) }), 'self-signed');
  assert.equal(await siteRefusal({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }), 'tls-too-old');
});

test('what is no TLS, not there, or silent', async () => {
  const tcp = createTcp((socket) =>
    socket
      .on('error', () => undefined)
      .resume()
      .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  assert.equal(await refusal(port, good.authority.pem), 'no-tls');
  await new Promise((resolve) => tcp.close(resolve));
  assert.equal(await refusal(port, good.authority.pem), 'refused');
  const held: { destroy(): void }[] = [];
  const silent = createTcp((socket) => void held.push(socket.on('error', () => undefined).resume()));
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
  await assert.rejects(
    connectPinned(
      { host: '127.0.0.1', port, authority: good.authority.pem, identity: null },
      { ...quick(), timeoutMs: 300 },
    ),
    (error) => error instanceof PeerFailure && error.code === 'not-reachable',
  );
  for (const socket of held) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
  assert.equal(new Set(peerFailures).size, peerFailures.length);
});

test('a probe tells which authority a server shows, and nothing else', async () => {
  const shown = await probeAuthority({ host: '127.0.0.1', port: good.port }, quick());
  assert.equal(shown.fingerprint, readCertificate(good.authority.pem)?.fingerprint);
  assert.equal(readAuthority(shown.pem)?.fingerprint, shown.fingerprint);
  const key = generateTlsKey();
  // A leaf alone names no authority that could be compared.
  const leaf = await issueLeaf(good.authority, {
    subject: [{ CN: ['x'] }],
    spki: key.spki,
    usage: 'server',
    names: ['127.0.0.1'],
    span: { from: now - day, until: now + day },
  });
  const site = await startSite(() => undefined, { cert: leaf.pem, key: pemKey(key.pkcs8), ca: [] }, good.authority);
  const probed = probeAuthority({ host: '127.0.0.1', port: site.port }, quick());
  const told = await probed.then(
    () => 'shown',
    (error: unknown) => (error instanceof PeerFailure ? error.code : String(error)),
  );
  await site.stop();
  assert.equal(told, 'not-the-authority');
  assert.equal(readAuthority(leaf.pem), undefined);
});

test('the environment adds no authority, waives no check, and has no keys written down', async () => {
  const other = await startSite((_request, response) => response.end('{}'));
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-tls-'));
  const extra = join(folder, 'extra.pem');
  const keys = join(folder, 'keys');
  writeFileSync(extra, other.authority.pem);
  const module = new URL('../../../src-main/core/crypto/backend-tls.ts', import.meta.url).href;
  const script = `
    const { connectPinned } = await import(${JSON.stringify(module)});
    const limits = { signal: new AbortController().signal, timeoutMs: 5000 };
    for (const port of [${other.port}, ${good.port}]) {
      const peer = { host: '127.0.0.1', port, authority: ${JSON.stringify(good.authority.pem)}, identity: null };
      console.log(await connectPinned(peer, limits).then((socket) => (socket.destroy(), 'connected'), ({ code }) => code));
    }`;
  const flags = ['--use-openssl-ca', `--tls-keylog=${keys}`, '--tls-min-v1.0', '--input-type=module', '-e', script];
  const hostile = {
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_EXTRA_CA_CERTS: extra,
    SSL_CERT_FILE: extra,
    SSLKEYLOGFILE: keys,
  };
  const { stdout } = await promisify(execFile)(process.execPath, flags, { env: { ...process.env, ...hostile } });
  await other.stop();
  assert.deepEqual(stdout.trim().split('\n'), ['not-the-authority', 'connected']);
  assert.equal(existsSync(keys), false);
  rmSync(folder, { recursive: true });
});

/** The ways to a repository: certificates, proxies, redirects, and what is never sent. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { openSource, type SourceOptions } from '../../../src-main/update/open-source.ts';
import { waysOf, waysTo } from '../../../src-main/update/proxies.ts';
import { Refused } from '../../../src-main/update/refusals.ts';
import { repositoryPath } from '../../../src-main/update/repository-path.ts';
import { authority } from '../../fixtures/certificates.ts';
import type { Files } from './repository.ts';
import { clinicCa, ForwardProxy, Mirror } from './server.ts';

const files: Files = new Map([['metadata/timestamp.json', Buffer.from('{"here":true}')]]);
const mirror = await Mirror.start(files);
const proxy = await ForwardProxy.start();
after(async () => {
  await mirror.stop();
  await proxy.stop();
});
const signal = new AbortController().signal;

async function readFrom(address: string, options: SourceOptions): Promise<string> {
  const source = await openSource(address, options);
  try {
    return (await source.read('metadata/timestamp.json', 1000, signal)).toString();
  } finally {
    await source.close();
  }
}
const refused = (refusal: string) => (error: unknown) => error instanceof Refused && error.refusal === refusal;
const good = '{"here":true}';
const ca = clinicCa;

test('the clinic’s own authority is believed beside the others, and nobody else', async () => {
  assert.equal(await readFrom(mirror.address, { ca, proxy: 'none' }), good);
  await assert.rejects(readFrom(mirror.address, { proxy: 'none' }), refused('unreachable'));
  await assert.rejects(
    readFrom(mirror.address, { ca: authority('Other').cert, proxy: 'none' }),
    refused('unreachable'),
  );
  await assert.rejects(
    readFrom(mirror.address, { ca: '-----BEGIN CERTIFICATE-----\nAA==', proxy: 'none' }),
    refused('unreachable'),
  );
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    await assert.rejects(readFrom(mirror.address, { proxy: 'none' }), refused('unreachable'));
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  }
});

test('a certificate for another name is refused, straight and through a proxy', async () => {
  const other = await Mirror.start(files, ['updates.example']);
  await assert.rejects(readFrom(other.address, { ca, proxy: 'none' }), refused('unreachable'));
  await assert.rejects(readFrom(other.address, { ca, proxy: proxy.address }), refused('unreachable'));
  assert.equal(other.requests.length, 0);
  await other.stop();
});

test('TLS older than 1.2 and no TLS at all are refused', async () => {
  const identity = authority('Clinic mirror').server({ names: ['localhost'] });
  const old = createTlsServer({
    ...identity,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const plain = createServer((_request, response) => response.end(good));
  for (const server of [old, plain]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await assert.rejects(readFrom(`https://localhost:${port}/`, { ca, proxy: 'none' }), refused('unreachable'));
    server.close();
  }
});

test('through a proxy that a policy or the system names', async () => {
  proxy.asked.length = 0;
  assert.equal(await readFrom(mirror.address, { ca, proxy: proxy.address }), good);
  assert.deepEqual(proxy.asked, [`localhost:${mirror.port}`]);
  const asked: string[] = [];
  const system = async (url: string) => {
    asked.push(url);
    return `PROXY ${new URL(proxy.address).host}`;
  };
  assert.equal(await readFrom(mirror.address, { ca, proxy: system }), good);
  assert.deepEqual(asked, [mirror.address]);
  assert.equal(proxy.asked.length, 2);
});

test('a way that leads nowhere is passed over, a proxy that lets nobody through is the end', async () => {
  const dead = 'PROXY 127.0.0.1:1';
  assert.equal(await readFrom(mirror.address, { ca, proxy: async () => `${dead}; DIRECT` }), good);
  await assert.rejects(readFrom(mirror.address, { ca, proxy: async () => dead }), refused('unreachable'));
  await assert.rejects(
    readFrom(mirror.address, { ca, proxy: async () => 'SOCKS5 127.0.0.1:1' }),
    refused('unreachable'),
  );
  proxy.refuse = true;
  await assert.rejects(readFrom(mirror.address, { ca, proxy: proxy.address }), refused('unreachable'));
  proxy.refuse = false;
});

test('what a system says about proxies', async () => {
  assert.deepEqual(waysOf('PROXY a:8080; HTTPS b:443 ;DIRECT'), ['http://a:8080', 'https://b', null]);
  assert.deepEqual(waysOf('SOCKS a:1; nonsense; PROXY ; direct'), [null]);
  assert.deepEqual(await waysTo('https://x/', 'none'), [null]);
  assert.deepEqual(await waysTo('https://x/', 'http://a:3128/'), ['http://a:3128']);
});

test('a redirect within the address is followed; nothing is remembered from one question to the next', async () => {
  mirror.answer = (request, response, path) => {
    if (path === 'metadata/timestamp.json' && !request.url?.includes('?')) {
      response.writeHead(302, { location: '/carekeep/metadata/timestamp.json?again', 'set-cookie': 'who=you' }).end();
      return true;
    }
    response.writeHead(200, { 'set-cookie': 'who=you' }).end(good);
    return true;
  };
  mirror.requests.length = 0;
  assert.equal(await readFrom(mirror.address, { ca, proxy: 'none' }), good);
  mirror.answer = () => false;
  assert.equal(mirror.requests.length, 2);
  for (const { headers } of mirror.requests) {
    assert.deepEqual(
      [headers.cookie, headers['accept-encoding'], headers['user-agent']],
      [undefined, 'identity', 'Carekeep'],
    );
    assert.deepEqual(Object.keys(headers).sort(), ['accept-encoding', 'connection', 'host', 'user-agent']);
  }
});

test('only https and places of this machine are sources', async () => {
  for (const address of [
    `http://localhost:${mirror.port}/`,
    'https://a:b@localhost/',
    'ftp://localhost/',
    'file:///tmp',
    'https://[',
    '/nowhere/at/all',
  ]) {
    await assert.rejects(openSource(address, { proxy: 'none' }), refused('unreachable'), address);
  }
});

test('no path but those of a repository', async () => {
  assert.deepEqual(repositoryPath('metadata/1.root.json'), ['metadata', '1.root.json']);
  assert.deepEqual(repositoryPath('targets/stable/linux/x64/a.deb')?.length, 5);
  for (const path of [
    '',
    'metadata',
    'metadata/',
    'metadata/../x',
    'other/x',
    '/metadata/x',
    'metadata//x',
    'metadata/.x',
    'metadata/a b',
    'metadata\\x',
    'targets/a/b/c/d/e',
  ]) {
    assert.equal(repositoryPath(path), undefined, path);
  }
  const source = await openSource(mirror.address, { ca, proxy: 'none' });
  await assert.rejects(source.read('metadata/../../x', 10, signal), refused('missing'));
  await source.close();
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { type Weather, WeatherProxy } from '../../faults/network/weather-proxy.ts';

let echo: Server;
let proxy: WeatherProxy;
const ends = new Set<Socket>();

before(async () => {
  echo = createServer((socket) => {
    ends.add(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  assert.ok(address !== null && typeof address === 'object');
  proxy = await WeatherProxy.start(address.port);
});
after(async () => {
  await proxy.stop();
  for (const socket of ends) socket.destroy();
  echo.close();
});

/** What comes back of ten bytes, and how the connection ended within a fifth of a second. */
async function play(weather: Weather): Promise<{ back: string; end: string }> {
  proxy.set(weather);
  const socket = connect(proxy.port, '127.0.0.1');
  let back = '';
  let end = 'open';
  socket.on('data', (bytes) => {
    back += bytes.toString('latin1');
  });
  socket.on('error', (error) => {
    end = 'code' in error ? String(error.code) : 'error';
  });
  socket.once('connect', () => socket.write('0123456789'));
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  return { back, end };
}

test('each weather does what it says, and clear weather nothing', async () => {
  assert.deepEqual(await play({ kind: 'clear' }), { back: '0123456789', end: 'open' });
  assert.deepEqual(await play({ kind: 'latency', ms: 20 }), { back: '0123456789', end: 'open' });
  assert.deepEqual(await play({ kind: 'drip', bytesPerSecond: 1 }), { back: '0', end: 'open' });
  assert.deepEqual(await play({ kind: 'flip', direction: 'up', at: 4, bit: 0 }), { back: '0123556789', end: 'open' });
  assert.deepEqual(await play({ kind: 'duplicate', direction: 'up', at: 4 }), {
    back: '01234567890123456789',
    end: 'open',
  });
  assert.deepEqual(await play({ kind: 'half-open', direction: 'down', after: 4 }), { back: '0123', end: 'open' });
  assert.deepEqual(await play({ kind: 'reset', direction: 'down', after: 4 }), { back: '0123', end: 'ECONNRESET' });
  assert.deepEqual(await play({ kind: 'black-hole' }), { back: '', end: 'open' });
  assert.deepEqual(await play({ kind: 'refused' }), { back: '', end: 'ECONNRESET' });
  assert.equal(proxy.struck, 4);
});

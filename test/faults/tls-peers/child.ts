/** A workstation's client in a process of its own, so that its environment can be bad. Prints what it says of a server. */
import { readFileSync } from 'node:fs';
import { connectPinned, peerFailureOf } from '../../../src-main/core/crypto/backend-tls.ts';

const [port = '', authority = ''] = process.argv.slice(2);
const peer = { host: '127.0.0.1', port: Number(port), authority: readFileSync(authority, 'utf8'), identity: null };
try {
  const socket = await connectPinned(peer, { signal: new AbortController().signal, timeoutMs: 5_000 });
  socket.destroy();
  console.log('fine');
} catch (error) {
  console.log(peerFailureOf(error));
}

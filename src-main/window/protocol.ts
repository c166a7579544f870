/** Serves the renderer's bundle under our own scheme: no file system, no network, no path outside the folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol, type Session } from 'electron';
import { appScheme } from './address.ts';
import { bundleFile } from './bundle-file.ts';
import { responseHeaders, withNonce } from './policy.ts';

/** Must run before the application is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: false, codeCache: true } },
  ]);
}

/** 128 random bits, new for each load of the page. Web Crypto: `node:crypto` belongs to core's crypto room. */
function newNonce(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
}

export function serveBundle(session: Session, bundle: string): void {
  session.protocol.handle(appScheme, async (request) => {
    const file = request.method === 'GET' ? bundleFile(request.url) : undefined;
    const nonce = newNonce();
    if (file === undefined) return new Response('', { status: 404, headers: responseHeaders('text/plain', nonce) });
    let bytes: Buffer<ArrayBuffer>;
    try {
      bytes = await readFile(join(bundle, ...file.segments));
    } catch {
      // whatever the reason, the page learns only that there is nothing
      return new Response('', { status: 404, headers: responseHeaders('text/plain', nonce) });
    }
    const body = file.mime.startsWith('text/html') ? withNonce(bytes.toString('utf8'), nonce) : bytes;
    return new Response(body, { status: 200, headers: responseHeaders(file.mime, nonce) });
  });
}

/** From a requested address to a file of the renderer's bundle, or to nothing. Pure. */
import { isOurAddress } from './address.ts';

const mimeTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  ttf: 'font/ttf',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webp: 'image/webp',
  woff: 'font/woff',
  woff2: 'font/woff2',
};

export type BundleFile = { readonly segments: readonly string[]; readonly mime: string };

/**
 * Which file an address means, as path segments below the bundle's folder.
 *
 * Every segment must be a plain file name: no dots in front, no separators however encoded, no drive letters, no
 * stream names. Unknown file types are refused, so that a stray file cannot be served by accident.
 */
export function bundleFile(address: string): BundleFile | undefined {
  if (!isOurAddress(address)) return undefined;
  const { pathname } = new URL(address);
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined; // not valid UTF-8: no file of ours is called that
  }
  const segments = (path === '/' ? '/index.html' : path).split('/').slice(1);
  if (!segments.every((segment) => /^[A-Za-z0-9_@-][A-Za-z0-9_.@-]*$/.test(segment))) return undefined;
  const mime = mimeTypes[segments.at(-1)?.split('.').at(-1)?.toLowerCase() ?? ''];
  return mime === undefined ? undefined : { segments, mime };
}

/**
 * Our own address and who may claim it. Pure, so that the tests can try every odd spelling.
 *
 * The scheme and the host stay apart on purpose: no bundle spells the whole address (platform.md), pages use
 * relative links only.
 */
export const appScheme = 'app';
const appHost = 'carekeep';

/** The address of a file of the renderer's bundle. */
export function appUrl(path: string): string {
  return `${[appScheme, appHost].join('://')}${path}`;
}

/** Parses an address strictly; anything odd is undefined, so that callers fail closed. */
function parse(address: unknown): URL | undefined {
  if (typeof address !== 'string' || address === '') return undefined;
  return URL.parse(address) ?? undefined;
}

/** True only for an address of our own bundle: scheme, host, nothing smuggled in as user, password or port. */
export function isOurAddress(address: unknown): boolean {
  const url = parse(address);
  return (
    url !== undefined &&
    url.protocol === `${appScheme}:` &&
    url.host === appHost &&
    url.username === '' &&
    url.password === '' &&
    url.port === ''
  );
}

/** The one page there is. The renderer routes by the hash, so that no patient's id ever stands in a path. */
export function isOurPage(address: unknown): boolean {
  const url = parse(address);
  return (
    url !== undefined &&
    isOurAddress(address) &&
    (url.pathname === '/' || url.pathname === '/index.html') &&
    url.search === ''
  );
}

/** May the window go there? Only a reload of our own page. */
export const mayNavigate = isOurPage;

/** May a page load this? Our own bundle, and what it made itself (`data:` and `blob:` images). */
export function mayLoad(address: unknown): boolean {
  const url = parse(address);
  if (url === undefined) return false;
  if (url.protocol === 'data:') return true;
  if (url.protocol === 'blob:') return isOurAddress(url.pathname);
  return isOurAddress(address);
}

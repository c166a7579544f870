/**
 * A custom scheme never reaches Chromium's request interception, so `app://name/x` is served as
 * `https://name.app.invalid/x` and reported back as what main asked for.
 */
const ending = '.invalid';

/** `app://carekeep/index.html` → `https://carekeep.app.invalid/index.html`; ordinary addresses stay. */
export function toBrowser(address: string): string {
  const match = /^([a-z][a-z0-9+-]*):\/\/([^/]+)(\/.*)?$/.exec(address);
  if (match === null || ['http', 'https', 'file'].includes(match[1] ?? '')) return address;
  return `https://${match[2]}.${match[1]}${ending}${match[3] ?? '/'}`;
}

/** The way back. A blob's address holds its maker's. */
export function fromBrowser(address: string): string {
  const blob = address.startsWith('blob:') ? 'blob:' : '';
  const url = URL.parse(address.slice(blob.length));
  if (url === null || url.protocol !== 'https:' || url.port !== '' || !url.hostname.endsWith(ending)) return address;
  const labels = url.hostname.slice(0, -ending.length).split('.');
  const scheme = labels.pop();
  if (scheme === undefined || labels.length === 0) return address;
  const who = url.username === '' && url.password === '' ? '' : `${url.username}:${url.password}@`;
  return `${blob}${scheme}://${who}${labels.join('.')}${url.pathname}${url.search}${url.hash}`;
}

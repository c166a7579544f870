/** The headers every answer of our own scheme carries. Pure. */

/** What the page asks the nonce from (`<meta name="csp-nonce">`); replaced at each load. */
export const noncePlaceholder = '__CSP_NONCE__';

/**
 * Content Security Policy Level 3. Nothing but our own files; styles made at run time need this load's nonce
 * (Mantine); strings reach the DOM only through the one Trusted Types policy named `default`.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob:`,
    `font-src 'self'`,
    `connect-src 'none'`,
    `worker-src 'none'`, // else what is said of scripts would hold for workers
    `require-trusted-types-for 'script'`,
    'trusted-types default',
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}

/** What a page could ask the system for. Refused by the session's handlers too; here the engine does not even ask. */
const noFeatures = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

export function responseHeaders(mime: string, nonce: string): Readonly<Record<string, string>> {
  return {
    'content-type': mime,
    'content-security-policy': contentSecurityPolicy(nonce),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // A hint to look a name up goes past the policy above: it would carry data out in the name.
    'x-dns-prefetch-control': 'off',
    'permissions-policy': noFeatures,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

/** Puts this load's nonce into the page. */
export function withNonce(html: string, nonce: string): string {
  return html.replaceAll(noncePlaceholder, nonce);
}

/**
 * Whom an update source's certificate may come from: the system's authorities, Node's, and the clinic's own. Unlike the
 * backend's it proves no authorship, only where the bytes come from: what they are worth is decided by signatures.
 */
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { ciphers, readAuthorities } from './tls.ts';

export type UpdateTls = { readonly secureContext: SecureContext; readonly rejectUnauthorized: true };

function authoritiesOf(store: 'bundled' | 'system'): readonly string[] {
  try {
    return getCACertificates(store);
  } catch {
    // A system whose store cannot be read leaves fewer to be believed, never more.
    return [];
  }
}

/**
 * Made once for a source: reading hundreds of authorities anew for each connection costs more than the handshake.
 * @param extra authorities of the clinic's own, PEM
 * @returns undefined where `extra` is not what it says
 */
export function updateTls(extra?: string): UpdateTls | undefined {
  const own = extra === undefined ? { pem: '' } : readAuthorities(extra);
  if (own === undefined) return undefined;
  const ca = [...authoritiesOf('bundled'), ...authoritiesOf('system'), own.pem].filter((one) => one !== '');
  return {
    secureContext: createSecureContext({ ca, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', ciphers }),
    // Said here, NODE_TLS_REJECT_UNAUTHORIZED has no say.
    rejectUnauthorized: true,
  };
}

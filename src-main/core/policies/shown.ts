/** A policy's values as a person reads them. */
import type { Policy } from '../../../src-shared/policy/policy.ts';
import { readCertificate } from '../crypto/certificate.ts';
import { sha256 } from '../crypto/hash.ts';

export type ShownPolicy = { readonly name: string; readonly value: string };

/** Booleans as `true` and `false`: the screen has words for them. Lists have one line for each. */
export function shown(policy: Policy): ShownPolicy[] {
  return Object.entries(policy).map(([name, value]) => {
    if (name === 'updateCa' && typeof value === 'string') return { name, value: fingerprints(value).join('\n') };
    if (name === 'updateRoot' && typeof value === 'string' && value.trimStart().startsWith('{')) {
      return { name, value: `SHA-256 ${sha256(value).toString('hex')}` };
    }
    return { name, value: Array.isArray(value) ? value.join('\n') : String(value) };
  });
}

const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Of what is no certificate after all, the hash of its text. */
function fingerprints(pem: string): string[] {
  const found = pem.match(certificate) ?? [];
  const read = found.map((one) => readCertificate(one)?.fingerprint ?? sha256(one).toString('hex'));
  return (read.length === 0 ? [sha256(pem).toString('hex')] : read).map((hash) => `SHA-256 ${hash}`);
}

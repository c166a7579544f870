/** The one backend that a policy names: nobody connects this workstation to another. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { type Policy, type PolicyProblem, strictPolicy } from '../../../src-shared/policy/policy.ts';
import { parseAddress } from '../connection/connect.ts';
import type { PeerAddress } from '../crypto/backend-tls.ts';
import { readAuthority } from '../crypto/certificate.ts';

type Named = Pick<Policy, 'backendAddress' | 'backendCa'>;

/** Without a port it is 8443, as everywhere in Carekeep: a URL would read it as 443. */
export function namedAddress({ backendAddress }: Named): PeerAddress | null {
  if (backendAddress === undefined) return null;
  return parseAddress(backendAddress.slice('https://'.length).split(/[/?#]/)[0] ?? '');
}

/** As the screens show one: hex in capitals, colons between. */
export function namedAuthority({ backendCa }: Named): string | null {
  const hex = backendCa?.replaceAll(':', '').toUpperCase();
  return hex === undefined ? null : (hex.match(/../g) ?? []).join(':');
}

/** @throws CallError policy-forbids for the address of another, and for any while the strict policy counts */
export function demandNamedAddress(policy: Named, address: string): void {
  // A policy that cannot be read may have named one: until it is mended, the record goes to none that is new.
  if (policy === strictPolicy) throw new CallError('policy-forbids', { field: 'address' });
  const named = namedAddress(policy);
  const asked = parseAddress(address);
  if (named === null || (named.host === asked.host && named.port === asked.port)) return;
  throw new CallError('policy-forbids', { field: 'address' });
}

/** @throws CallError policy-forbids for another authority, which somebody compared and took for the right one */
export function demandNamedAuthority(policy: Named, fingerprint: string, field: string): void {
  const named = namedAuthority(policy);
  if (named !== null && named !== fingerprint) throw new CallError('policy-forbids', { field });
}

/** What a connection that was made before the policy came has that the policy does not. It goes on, and is said. */
export function connectionProblems(
  policy: Named,
  pinned: (PeerAddress & { readonly authority: string }) | null,
): PolicyProblem[] {
  if (pinned === null) return [];
  const address = namedAddress(policy);
  const authority = namedAuthority(policy);
  const problems: PolicyProblem[] = [];
  if (address !== null && (address.host !== pinned.host || address.port !== pinned.port)) {
    problems.push({ name: 'backendAddress', code: 'policy-backend' });
  }
  if (authority !== null && authority !== readAuthority(pinned.authority)?.fingerprint) {
    problems.push({ name: 'backendCa', code: 'policy-backend' });
  }
  return problems;
}

/**
 * Settings of the process that weaken TLS or write its keys down: under any of them the backend does not start.
 * Additional authorities (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, --use-openssl-ca …) and lists of ciphers are not among them:
 * the server names its one authority and its ciphers itself, and they have no say.
 */

const variables = ['SSLKEYLOGFILE', 'OPENSSL_CONF', 'OPENSSL_MODULES', 'OPENSSL_ENGINES'] as const;

const switches = [
  '--tls-min-v1.0',
  '--tls-min-v1.1',
  '--tls-min-v1.2',
  '--tls-max-v1.2',
  '--tls-keylog',
  '--openssl-config',
  '--openssl-shared-config',
  '--openssl-legacy-provider',
  '--insecure-http-parser',
  '--inspect',
  '--inspect-brk',
  '--inspect-wait',
] as const;

/** @returns the first one set, by name; null: none */
export function weakenedBy(
  environment: Readonly<Record<string, string | undefined>>,
  execArguments: readonly string[],
): string | null {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') return 'NODE_TLS_REJECT_UNAUTHORIZED';
  for (const name of variables) if ((environment[name] ?? '') !== '') return name;
  const given = [...execArguments, ...(environment['NODE_OPTIONS'] ?? '').split(/\s+/)];
  // Node takes underscores for dashes.
  const named = new Set(given.map((argument) => (argument.split('=')[0] ?? '').replaceAll('_', '-')));
  for (const one of switches) if (named.has(one)) return one;
  return null;
}

/**
 * Settings of the process that weaken TLS or write its keys down: under any of them the backend does not start.
 * Additional authorities (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, --use-openssl-ca …) are not among them: the server names
 * the one authority that it trusts with every connection, and they have no say.
 */

const variables = ['SSLKEYLOGFILE', 'OPENSSL_CONF', 'OPENSSL_MODULES', 'OPENSSL_ENGINES'] as const;

const switches = [
  '--tls-min-v1.0',
  '--tls-min-v1.1',
  '--tls-min-v1.2',
  '--tls-max-v1.2',
  '--tls-cipher-list',
  '--tls-keylog',
  '--openssl-config',
  '--openssl-shared-config',
  '--openssl-legacy-provider',
  '--insecure-http-parser',
  '--inspect',
] as const;

/** @returns the first one set, by name; null: none */
export function weakenedBy(
  environment: Readonly<Record<string, string | undefined>>,
  execArguments: readonly string[],
): string | null {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') return 'NODE_TLS_REJECT_UNAUTHORIZED';
  for (const name of variables) if ((environment[name] ?? '') !== '') return name;
  const given = [...execArguments, ...(environment['NODE_OPTIONS'] ?? '').split(/\s+/)];
  for (const one of switches) {
    // Node takes underscores for dashes, and --inspect has longer sisters.
    if (given.some((argument) => argument.replaceAll('_', '-').startsWith(one))) return one;
  }
  return null;
}

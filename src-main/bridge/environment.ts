/** Which environment the application accepts, and what of it core gets to see. Pure. */

/**
 * Settings that weaken TLS for whoever inherits them. Additional authorities (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE) are
 * not among them: many clinics' networks need those, core does not get to see them, and sync trusts our own CA only.
 */
const refusedAlways = ['NODE_TLS_REJECT_UNAUTHORIZED', 'SSLKEYLOGFILE'];
const refusedOptions = /--(?:tls-(?:min|max|cipher|keylog)|insecure|openssl-(?:legacy|shared))/;

/** Names of the settings for which the application must refuse to start. */
export function refusedSettings(environment: Readonly<Record<string, string | undefined>>): string[] {
  const refused = refusedAlways.filter((name) => (environment[name] ?? '') !== '');
  if (refusedOptions.test(environment['NODE_OPTIONS'] ?? '')) refused.push('NODE_OPTIONS');
  return refused;
}

const passedNames = new Set([
  // where things are
  'HOME',
  'USER',
  'LOGNAME',
  'PATH',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LANGUAGE',
  'TZ',
  // what the system's keyring needs
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'GNOME_KEYRING_CONTROL',
  'CAREKEEP_WEAK_KEYCHAIN',
  // Windows does not work without
  'SYSTEMROOT',
  'WINDIR',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'USERDOMAIN',
  'USERNAME',
  'COMPUTERNAME',
]);
const passedBeginnings = ['XDG_', 'LC_'];

/** Core's environment: the names above and nothing else. */
export function coreEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const upper = name.toUpperCase();
    if (value !== undefined && (passedNames.has(upper) || passedBeginnings.some((start) => upper.startsWith(start)))) {
      passed[name] = value;
    }
  }
  return passed;
}

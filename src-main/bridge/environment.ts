/** Which environment and which command line the application accepts, and what of it core gets to see. Pure. */

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings that weaken TLS for whoever inherits them. Additional authorities (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE) are
 * not among them: many clinics' networks need those, core does not get to see them, and sync trusts our own CA only.
 *
 * LD_PRELOAD and DYLD_INSERT_LIBRARIES are not refused either: their library has run before our first line and would
 * have taken its name away, so refusing stops only the harmless ones (accessibility, window borders). macOS' hardened
 * runtime ignores them, and core does not inherit them.
 */
const refusedAlways = ['NODE_TLS_REJECT_UNAUTHORIZED', 'SSLKEYLOGFILE'];
const refusedOptions = /--(?:tls-(?:min|max|cipher|keylog)|insecure|openssl-(?:legacy|shared))/;

/** Developers' settings, void in a package by its fuses: who sets one means to get in, or to write memory and logs down. */
const refusedInPackage = [
  'NODE_OPTIONS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_V8_COVERAGE',
  'CHROME_DEVEL_SANDBOX', // another sandbox helper
  'CHROME_LOG_FILE',
  'BREAKPAD_DUMP_LOCATION',
];
/** Electron's own settings change what runs (RUN_AS_NODE, NO_ASAR, OVERRIDE_DIST_PATH) or is logged; these do not. */
const harmlessElectron = new Set([
  'ELECTRON_DISABLE_SECURITY_WARNINGS',
  'ELECTRON_FORCE_IS_PACKAGED',
  'ELECTRON_FORCE_WINDOW_MENU_BAR',
  'ELECTRON_NO_ATTACH_CONSOLE',
  'ELECTRON_OZONE_PLATFORM_HINT',
  'ELECTRON_TRASH',
]);

/** Names of the settings for which the application must refuse to start. */
export function refusedSettings(environment: Environment, packaged: boolean): string[] {
  const set = Object.keys(environment).filter((name) => (environment[name] ?? '') !== '');
  const refused = set.filter((name) => {
    const upper = name.toUpperCase(); // Windows does not tell cases apart
    if (refusedAlways.includes(upper)) return true;
    if (upper === 'NODE_OPTIONS' && refusedOptions.test(environment[name] ?? '')) return true;
    if (!packaged) return false;
    return refusedInPackage.includes(upper) || (upper.startsWith('ELECTRON_') && !harmlessElectron.has(upper));
  });
  return refused.sort();
}

/** Why a switch of Chromium, Electron or Node is refused. Closed: every switch below has one of these. */
const reasons = {
  tls: 'accepts other certificates, older protocols, or writes the keys of connections down',
  origin: "lets a page read or load what is not Carekeep's",
  route: 'sends connections elsewhere',
  identity: 'hands the system account to servers',
  debugger: 'lets another program drive pages or main and read their memory',
  sandbox: 'runs pages without their sandbox, or beside other code in one process',
  program: 'starts another program in the place of ours, or with it',
  engine: 'changes what the engine guards or knows',
  record: 'writes down what pages do or what is in memory',
} as const;

const switchesAlways: Readonly<Record<string, keyof typeof reasons>> = {
  'allow-insecure-localhost': 'tls',
  'cipher-suite-blacklist': 'tls',
  'ignore-certificate-errors': 'tls',
  'ignore-certificate-errors-spki-list': 'tls',
  'ignore-urlfetcher-cert-requests': 'tls',
  'ssl-key-log-file': 'tls',
  'ssl-version-max': 'tls',
  'ssl-version-min': 'tls',
  'tls-keylog': 'tls',
  'allow-file-access-from-files': 'origin',
  'allow-running-insecure-content': 'origin',
  'disable-site-isolation-trials': 'origin',
  'disable-web-security': 'origin',
  'reduce-security-for-testing': 'origin',
  'unsafely-treat-insecure-origin-as-secure': 'origin',
  'host-resolver-rules': 'route',
  'host-rules': 'route',
  'auth-negotiate-delegate-allowlist': 'identity',
  'auth-negotiate-delegate-whitelist': 'identity',
  'auth-server-allowlist': 'identity',
  'auth-server-whitelist': 'identity',
  'log-net-log': 'record',
  'net-log-capture-mode': 'record',
};

/** Refused in a package only: tests, `npm start` as root and developers need them. */
const switchesInPackage: Readonly<Record<string, keyof typeof reasons>> = {
  'proxy-auto-detect': 'route',
  'proxy-bypass-list': 'route',
  'proxy-pac-url': 'route',
  'proxy-server': 'route',
  inspect: 'debugger',
  'inspect-brk': 'debugger',
  'inspect-brk-node': 'debugger',
  'inspect-port': 'debugger',
  'inspect-publish-uid': 'debugger',
  'inspect-wait': 'debugger',
  debug: 'debugger',
  'debug-brk': 'debugger',
  'debug-port': 'debugger',
  'enable-automation': 'debugger',
  'remote-allow-origins': 'debugger',
  'remote-debugging-address': 'debugger',
  'remote-debugging-pipe': 'debugger',
  'remote-debugging-port': 'debugger',
  'wait-for-debugger': 'debugger',
  'wait-for-debugger-children': 'debugger',
  'allow-sandbox-debugging': 'sandbox',
  'disable-gpu-sandbox': 'sandbox',
  'disable-namespace-sandbox': 'sandbox',
  'disable-seccomp-filter-sandbox': 'sandbox',
  'disable-setuid-sandbox': 'sandbox',
  'in-process-gpu': 'sandbox',
  'no-sandbox': 'sandbox',
  'no-zygote': 'sandbox',
  'no-zygote-sandbox': 'sandbox',
  'single-process': 'sandbox',
  'allow-third-party-modules': 'program',
  'browser-subprocess-path': 'program',
  'disable-extensions-except': 'program',
  'gpu-launcher': 'program',
  'load-extension': 'program',
  'renderer-cmd-prefix': 'program',
  'utility-cmd-prefix': 'program',
  'zygote-cmd-prefix': 'program',
  'disable-blink-features': 'engine',
  'disable-features': 'engine',
  'enable-blink-features': 'engine',
  'enable-experimental-web-platform-features': 'engine',
  'enable-features': 'engine',
  'force-fieldtrial-params': 'engine',
  'force-fieldtrials': 'engine',
  'js-flags': 'engine',
  'origin-trial-public-key': 'engine',
  'use-fake-ui-for-media-stream': 'engine',
  'crash-dumps-dir': 'record',
  'enable-crash-reporter': 'record',
  'enable-logging': 'record',
  'enable-tracing': 'record',
  'full-memory-crash-report': 'record',
  'log-file': 'record',
  'trace-startup': 'record',
  vmodule: 'record',
};

export type RefusedSwitch = { readonly name: string; readonly why: string };

/** The switches for which the application must refuse to start, spelled in any way Chromium understands. */
export function refusedSwitches(
  argv: readonly string[],
  { packaged, platform }: { readonly packaged: boolean; readonly platform: string },
): RefusedSwitch[] {
  const spelling = platform === 'win32' ? /^(?:--?|\/)([^=]+)/ : /^--?([^=]+)/;
  const found = new Map<string, RefusedSwitch>();
  for (const argument of argv) {
    const name = spelling.exec(argument.trim())?.[1]?.toLowerCase() ?? '';
    const always = Object.hasOwn(switchesAlways, name) ? switchesAlways[name] : undefined;
    const inPackage = packaged && Object.hasOwn(switchesInPackage, name) ? switchesInPackage[name] : undefined;
    const reason = always ?? inPackage;
    if (reason !== undefined) found.set(name, { name: `--${name}`, why: reasons[reason] });
  }
  return [...found.values()];
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
export function coreEnvironment(environment: Environment): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    const upper = name.toUpperCase();
    if (value !== undefined && (passedNames.has(upper) || passedBeginnings.some((start) => upper.startsWith(start)))) {
      passed[name] = value;
    }
  }
  return passed;
}

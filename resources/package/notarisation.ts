/** Apple's notarisation and the signatures: from the environment only, and never missing in silence. */

type Environment = Readonly<Record<string, string | undefined>>;

const notarisation = [
  ['APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER'],
  ['APPLE_ID', 'APPLE_APP_SPECIFIC_PASSWORD', 'APPLE_TEAM_ID'],
  ['APPLE_KEYCHAIN', 'APPLE_KEYCHAIN_PROFILE'],
] as const;
const signing = {
  win32: [['WIN_CSC_LINK'], ['CSC_LINK']],
  darwin: [['CSC_LINK'], ['CSC_NAME']],
} as const;

const has = (environment: Environment, names: readonly string[]): boolean =>
  names.every((name) => (environment[name] ?? '') !== '');

export type Signing = {
  readonly sign: boolean;
  readonly notarise: boolean;
  /** What a person must know before handing the package on. */
  readonly warnings: readonly string[];
};

/** Names of variables only: no value of a secret is ever printed. */
export function signingOf(platform: 'linux' | 'win32' | 'darwin', environment: Environment): Signing {
  if (platform === 'linux') return { sign: false, notarise: false, warnings: [] };
  const sign = signing[platform].some((names) => has(environment, names));
  const warnings: string[] = [];
  if (!sign) {
    const names = signing[platform].map((one) => one.join(' and ')).join(', or ');
    warnings.push(`NOT SIGNED: set ${names} (and CSC_KEY_PASSWORD).`);
  }
  if (platform === 'win32') return { sign, notarise: false, warnings };
  const notarise = sign && notarisation.some((names) => has(environment, names));
  if (!notarise) {
    const begun = notarisation.find((names) => names.some((name) => has(environment, [name])));
    const lacking = begun?.filter((name) => !has(environment, [name])) ?? [];
    warnings.push(
      begun !== undefined && lacking.length > 0
        ? `NOT NOTARISED: ${lacking.join(', ')} not set beside ${begun.filter((name) => !lacking.includes(name)).join(', ')}.`
        : `NOT NOTARISED: set ${notarisation.map((names) => names.join(', ')).join('; or ')}${sign ? '' : '; and sign'}.`,
    );
  }
  return { sign, notarise, warnings };
}

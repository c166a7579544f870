/** The launcher starts a keyring inside the profile where the desktop has none, and says so by this variable. */
export function weakKeychain(): boolean {
  return process.env['CAREKEEP_WEAK_KEYCHAIN'] === '1';
}

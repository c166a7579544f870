/** Names of the packages among `wanted` whose programs are missing. */
export function missingPackages(wanted?: readonly string[]): readonly string[];
/** Installs what is missing; false, with the reason on stderr, when that cannot be done. */
export function ensurePackages(wanted?: readonly string[]): boolean;

/** The one way out to the system's browser: an address of the policy's own, and nothing that a page or core names. */

/** Characters that parsers repair in silence; an address that holds one was written by nobody in good faith. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const repaired = /[\s\\\u0000-\u001f\u007f-\u00a0\u200b-\u200f\u2028-\u202e\u2060\ufeff]/;
const authority = /^https:\/\/([^/?#]*)/i;

/**
 * True only for an https address without credentials whose origin is exactly that of an allowed one, written the way
 * it is meant: a host that parsing changes (percent signs, other alphabets, numbers for addresses, a default port, a
 * trailing dot) is refused. Pure.
 */
export function mayOpenExternally(url: unknown, allowed: readonly string[]): url is string {
  if (typeof url !== 'string' || url.length > 2048 || repaired.test(url)) return false;
  const parsed = URL.parse(url);
  const written = authority.exec(url)?.[1];
  if (parsed === null || written === undefined) return false;
  if (parsed.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '') return false;
  if (parsed.host === '' || written.toLowerCase() !== parsed.host) return false;
  return allowed.some((one) => URL.parse(one)?.origin === parsed.origin);
}

/** A page that asks again and again must not fill the desktop with tabs. Milliseconds. */
const helpRest = 3_000;

/**
 * `openHelp` at most once in so long: more often, nobody asks in person.
 *
 * @param now monotonic, milliseconds
 */
export function openHelpCalmly(
  address: string | undefined,
  open: (url: string) => Promise<void>,
  now: () => number,
): () => Promise<boolean> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() < last + helpRest) return false;
    last = now();
    return openHelp(address, open);
  };
}

/**
 * Opens the clinic's help page. Only the policy names it; core says no more than that somebody asked.
 *
 * @param open `shell.openExternal`
 * @returns whether there was something to open
 */
export async function openHelp(address: string | undefined, open: (url: string) => Promise<void>): Promise<boolean> {
  // the policy's own spelling may be an ordinary one (a name with an umlaut): as the parser writes it, it must hold
  const canonical = address === undefined ? undefined : URL.parse(address)?.href;
  if (address === undefined || !mayOpenExternally(canonical, [address])) return false;
  await open(canonical);
  return true;
}

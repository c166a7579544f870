/** Ways to an address: none, a proxy that a policy names, or what the system's own settings say for it. */
import { Refused } from './refusals.ts';

/** `'none'`; a proxy's address; or what asks the system, which answers in the form of a PAC file. */
export type ProxyChoice = 'none' | string | ((url: string) => Promise<string>);

/** Null: straight there. */
export type Way = string | null;

const word = /^(DIRECT|PROXY|HTTPS?)(?:\s+(\S+))?$/i;

/** The ways that a PAC answer lists, in its order; kinds that we do not speak (SOCKS) are left out. */
export function waysOf(answer: string): readonly Way[] {
  return answer.split(';').flatMap((part): readonly Way[] => {
    const [, kind, place] = word.exec(part.trim()) ?? [];
    if (kind === undefined) return [];
    if (kind.toUpperCase() === 'DIRECT') return [null];
    const address = `${kind.toUpperCase() === 'HTTPS' ? 'https' : 'http'}://${place ?? ''}`;
    return URL.canParse(address) ? [new URL(address).origin] : [];
  });
}

/** @throws Refused unreachable where there is no way that we could take */
export async function waysTo(url: string, proxy: ProxyChoice): Promise<readonly Way[]> {
  if (proxy === 'none') return [null];
  if (typeof proxy === 'string') {
    if (!URL.canParse(proxy)) throw new Refused('unreachable');
    return [new URL(proxy).origin];
  }
  const ways = waysOf(await proxy(url));
  if (ways.length === 0) throw new Refused('unreachable');
  return ways;
}

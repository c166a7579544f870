/** One person at one desk calls every procedure there is. */
import { procedures } from '../../../src-shared/contract/index.ts';
import type { Permission } from '../../../src-shared/contract/permissions.ts';
import type { Channel, Needs } from '../../../src-shared/contract/procedure.ts';
import type { CoreProcess } from '../core/process.ts';
import { hold } from '../kind.ts';
import { plausible } from './plausible.ts';

export type Somebody = {
  readonly desk: number;
  readonly channel: Channel;
  readonly held: ReadonlySet<Permission>;
  /** Signs in again where a call ended the session (a lock, new keys); null: nobody is signed in. */
  readonly signIn: (() => Promise<void>) | null;
};

/** A call that is allowed may end so with input that names nothing; never with these. */
const neverAllowed = new Set<string | null>([
  'forbidden',
  'not-signed-in',
  'internal',
  'unknown-procedure',
  'not-here',
]);

export function may(needs: Needs, held: ReadonlySet<Permission>): boolean {
  if (needs === 'public' || needs === 'session') return true;
  return typeof needs === 'string' ? held.has(needs) : needs.some((one) => held.has(one));
}

/** @throws Broken with all that was answered otherwise than the contract says. @returns how many were played */
export async function playAll(core: CoreProcess, somebody: Somebody): Promise<number> {
  const { desk, channel, held, signIn } = somebody;
  const wrong: string[] = [];
  let played = 0;
  for (const [name, procedure] of procedures) {
    const input = plausible(name, procedure);
    if (signIn !== null) {
      const { session } = await core.demand('sessions.current', {}, desk);
      if (session === null) await signIn();
    }
    const { size } = await core.entries(0);
    const code = await core.code(name, input, desk);
    const { entries } = await core.entries(size);
    played += 1;
    const said = `${name} says ${code ?? 'yes'}`;
    if (procedure.channels !== undefined && !procedure.channels.includes(channel)) {
      if (code !== 'not-here') wrong.push(`${said} where it is not offered`);
    } else if (procedure.needs === 'public') {
      if (code === 'forbidden' || code === 'internal') wrong.push(`${said} to anybody`);
    } else if (signIn === null) {
      if (code !== 'not-signed-in') wrong.push(`${said} to nobody`);
    } else if (may(procedure.needs, held)) {
      if (neverAllowed.has(code)) wrong.push(`${said} to who may`);
    } else {
      if (code !== 'forbidden') wrong.push(`${said} to who may not`);
      const denials = entries.filter(({ type, outcome }) => type === 'access.denied' && outcome === 4);
      if (denials.length !== 1 || denials[0]?.procedure !== name) wrong.push(`${name} leaves no entry of its denial`);
    }
  }
  hold(wrong.length === 0, () => wrong.join('; '));
  return played;
}

/**
 * Every role, and nobody, calls every procedure of the contract on both channels: allowed exactly when the contract
 * says so, and each denial is in the log.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Permission,
  permissions,
  permissionsOf,
  type Role,
  roles,
} from '../../../src-shared/contract/permissions.ts';
import type { Channel } from '../../../src-shared/contract/procedure.ts';
import { neverOwn, ownable } from '../../../src-shared/contract/role-limits.ts';
import { invite, makeCoreClinic, person } from '../core/clinic.ts';
import type { CoreProcess } from '../core/process.ts';
import { hold, type Kind } from '../kind.ts';
import { caseOf } from '../prng.ts';
import { playAll } from '../roles/play.ts';
import { onStage, type Prepared } from '../start-states/stage.ts';

const password = 'walnut ferry cobalt 61 plinth';
const userName = 'the.player';

type Player = { readonly name: string; readonly held: readonly Role[]; readonly own?: readonly Permission[] };

const players: readonly (Player | null)[] = [
  ...roles.map((role) => ({ name: role, held: [role] })),
  { name: 'reception and auditor', held: ['reception', 'auditor'] },
  { name: 'practitioner and it', held: ['practitioner', 'it'] },
  { name: 'an own role of two permissions', held: [], own: ['patient:read', 'patient:phone'] },
  { name: 'an own role of all that may be owned', held: [], own: ownable },
  {
    name: 'an own role beside auditor',
    held: ['auditor'],
    own: ['patient:read', 'chart:read', 'note:read', 'break-glass:use'],
  },
  null,
];
const cases = players.flatMap((player) =>
  (['screen', 'ctl'] as const).map((channel: Channel) => ({ player, channel, name: player?.name ?? 'nobody' })),
);

/** At an odd desk a window stands, at an even one a command line. */
const deskOf = (channel: Channel): number => (channel === 'screen' ? 3 : 4);

async function play(core: CoreProcess, player: Player | null, channel: Channel): Promise<void> {
  // Somebody keeps the database and its log open.
  await core.demand('sessions.signIn', person, 0);
  const desk = deskOf(channel);
  if (player === null) {
    await playAll(core, { desk, channel, held: new Set(), signIn: null });
    return;
  }
  const own = player.own === undefined ? [] : [await ownRole(core, player.own)];
  const held = [...player.held, ...own.map(({ roleId }) => roleId)];
  await invite(core, { userName, displayName: 'The player', roles: held }, password, 6);
  const signIn = async (): Promise<void> => void (await core.demand('sessions.signIn', { userName, password }, desk));
  await signIn();
  const may = new Set([...permissionsOf(player.held), ...(player.own ?? [])]);
  const { session } = await core.demand('sessions.current', {}, desk);
  const told = permissions.filter((one) => session?.permissions.includes(one) === true);
  hold(told.length === may.size && told.every((one) => may.has(one)), `the session holds ${told.join(' ')}`);
  await playAll(core, { desk, channel, held: may, signIn });
}

async function ownRole(core: CoreProcess, held: readonly Permission[]) {
  for (const beyond of neverOwn) {
    const code = await core.code('roles.define', { name: 'Beyond', permissions: [...held, beyond] });
    hold(code === 'role-beyond-limits', `an own role with ${beyond} is answered ${code ?? 'yes'}`);
  }
  return core.demand('roles.define', { name: 'Own', permissions: [...held] });
}

const kind: Kind = {
  name: 'roles',
  full: cases.length,
  async run(run) {
    const clinic = join(run.scratch, 'clinic');
    const { words } = await makeCoreClinic(clinic);
    const prepared: Prepared = { clinic, older: clinic, other: clinic, words };
    for (const seed of run.seeds) {
      const played = cases[caseOf(seed, cases.length)];
      await run.trial(seed, async (random) => {
        hold(played !== undefined, 'no case');
        const home = join(run.scratch, `trial-${seed}`);
        try {
          await onStage(prepared, home, random, async (stage) => {
            const { env } = await stage.keyring();
            try {
              await play(await stage.core(env), played.player, played.channel);
            } catch (error) {
              if (error instanceof Error) error.message = `“${played.name}, ${played.channel}” ${error.message}`;
              throw error;
            }
          });
        } finally {
          rmSync(home, { recursive: true, force: true });
        }
      });
    }
  },
};
export default kind;

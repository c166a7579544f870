/** What somebody who has the device secret may write into a key file, and what must come of it. */
import { generateEd25519, sign } from '../../../src-main/core/crypto/ed25519.ts';
import { nextEntry } from '../../../src-main/core/vault/roster.ts';
import type { RosterChange } from '../../../src-main/core/vault/roster-entry.ts';
import { hold } from '../kind.ts';
import { admin, type Clinic, doctor } from './clinic.ts';
import { at, exchange, type Path, put } from './tree.ts';

type RosterSigner = Parameters<typeof nextEntry>[4][number];

export type Rewriting = {
  readonly name: string;
  readonly expected: readonly string[];
  readonly change: (tree: unknown, clinic: Clinic, other: Clinic) => unknown;
  /** Who signs in where the file opens; the admin unless said. */
  readonly person?: { readonly userName: string; readonly password: string };
};

const damaged = ['key-file-damaged'];
const first = (rest: Path): Path => ['users', 0, ...rest];
const second = (rest: Path): Path => ['users', 1, ...rest];

/** In place; the tree itself is what comes out. */
const changed =
  (work: (tree: unknown, clinic: Clinic, other: Clinic) => void): Rewriting['change'] =>
  (tree, clinic, other) => {
    work(tree, clinic, other);
    return tree;
  };

const exchanged = (name: string, expected: readonly string[], ...paths: readonly (readonly [Path, Path])[]) => ({
  name,
  expected,
  change: changed((tree) => {
    for (const [left, right] of paths) exchange(tree, left, right);
  }),
});

const set = (name: string, path: Path, value: unknown, expected: readonly string[] = damaged): Rewriting => ({
  name,
  expected,
  change: changed((tree) => put(tree, path, value)),
});

const copied = (name: string, path: Path, expected: readonly string[] = damaged): Rewriting => ({
  name: `${name} of another clinic`,
  expected,
  change: changed((tree, _clinic, other) => put(tree, path, structuredClone(at(other.payload, path)))),
});

/** Every way of asking less (or absurdly much) of Argon2id, in the slot and for new slots. */
const costs: readonly Rewriting[] = [
  { memoryKiB: 65_535, passes: 3, lanes: 1 },
  { memoryKiB: 8, passes: 3, lanes: 1 },
  { memoryKiB: 65_536, passes: 2, lanes: 1 },
  { memoryKiB: 65_536, passes: 3, lanes: 0 },
  { memoryKiB: -65_536, passes: 3, lanes: 1 },
  { memoryKiB: 65_536.5, passes: 3, lanes: 1 },
  { memoryKiB: 2 ** 30, passes: 3, lanes: 1 },
  { memoryKiB: 65_536, passes: 1_000_000, lanes: 1 },
].flatMap((cost) => [
  set(`a slot that costs ${Object.values(cost).join('/')}`, first(['passwordSlot', 'cost']), cost),
  set(`new slots that cost ${Object.values(cost).join('/')}`, ['passwordCost'], cost),
]);

/** The roster goes on with an entry of these changes by this signer; `users` says the same. */
function entered(
  name: string,
  changes: (clinic: Clinic) => readonly RosterChange[],
  signer: (clinic: Clinic) => RosterSigner,
  users: (tree: unknown) => void = () => undefined,
): Rewriting {
  return {
    name,
    expected: damaged,
    change: changed((tree, clinic) => {
      const { roster } = clinic.payload;
      const entry = nextEntry(roster, clinic.payload.clinic.id, Date.now(), [...changes(clinic)], [signer(clinic)]);
      put(tree, ['roster', roster.length], entry);
      users(tree);
    }),
  };
}

const idOf = (clinic: Clinic, index: number): string => {
  const user = clinic.payload.users[index];
  hold(user !== undefined, 'there is no such user');
  return user.id;
};
const asAdmin = (clinic: Clinic): readonly RosterChange[] => [
  { kind: 'roles-set', userId: idOf(clinic, 1), roles: ['practitioner', 'admin'] },
];
const nowAdmin = (tree: unknown): void => put(tree, second(['roles']), ['practitioner', 'admin']);
const stranger = generateEd25519();

export const rewritings: readonly Rewriting[] = [
  exchanged('seals of the database key exchanged', damaged, [
    ['databaseKey', 'seals', 0, 'seal'],
    ['databaseKey', 'seals', 1, 'seal'],
  ]),
  exchanged('names on the seals of the database key exchanged', damaged, [
    ['databaseKey', 'seals', 0, 'userId'],
    ['databaseKey', 'seals', 1, 'userId'],
  ]),
  exchanged('seals of the clinic key exchanged', damaged, [
    ['clinicKeys', 0, 'seals', 0, 'seal'],
    ['clinicKeys', 0, 'seals', 1, 'seal'],
  ]),
  exchanged('a seal of the clinic key where the database key’s was', damaged, [
    ['clinicKeys', 0, 'seals', 0, 'seal'],
    ['databaseKey', 'seals', 0, 'seal'],
  ]),
  exchanged('password slots exchanged', ['wrong-password'], [first(['passwordSlot']), second(['passwordSlot'])]),
  exchanged(
    'wrapped signing keys exchanged',
    ['wrong-password', 'key-file-damaged'],
    [first(['ed25519', 'wrappedPrivate']), second(['ed25519', 'wrappedPrivate'])],
  ),
  exchanged(
    'wrapped receiving keys exchanged',
    ['wrong-password', 'key-file-damaged'],
    [first(['x25519', 'wrappedPrivate']), second(['x25519', 'wrappedPrivate'])],
  ),
  exchanged('public keys exchanged', damaged, [first(['ed25519', 'public']), second(['ed25519', 'public'])]),
  exchanged('records exchanged but for their names', damaged, [first(['id']), second(['id'])]),
  {
    ...exchanged(
      'a colleague’s slot and keys under the admin’s name',
      ['wrong-password', 'key-file-damaged'],
      [first(['passwordSlot']), second(['passwordSlot'])],
      [first(['ed25519', 'wrappedPrivate']), second(['ed25519', 'wrappedPrivate'])],
      [first(['x25519', 'wrappedPrivate']), second(['x25519', 'wrappedPrivate'])],
    ),
    person: { userName: admin.userName, password: doctor.password },
  },
  copied('the slot', first(['passwordSlot']), ['wrong-password']),
  copied('a user', ['users', 1]),
  copied('all users', ['users']),
  copied('the roster', ['roster']),
  copied('the clinic identity', ['clinicIdentity']),
  copied('the database key', ['databaseKey']),
  copied('the clinic keys', ['clinicKeys']),
  copied('the device', ['device']),
  copied('the kit', ['recovery']),
  {
    name: 'everything of another clinic under our profile',
    expected: damaged,
    change: (_tree, clinic, other) => ({
      ...structuredClone(other.payload),
      profileId: clinic.payload.profileId,
      sequence: clinic.payload.sequence + 1,
    }),
  },
  ...costs,
  set(
    'a slot within the bounds, but not as it was',
    first(['passwordSlot', 'cost']),
    { memoryKiB: 65_536, passes: 4, lanes: 1 },
    ['wrong-password'],
  ),
  set('a slot of another algorithm', first(['passwordSlot', 'algorithm']), 'scrypt'),
  set('a slot of an older Argon2', first(['passwordSlot', 'version']), 0x10),
  set('a salt of fifteen bytes', first(['passwordSlot', 'salt']), Buffer.alloc(15).toString('base64')),
  set('roles raised without the roster', second(['roles']), ['admin']),
  set('somebody suspended without the roster', second(['status']), 'suspended'),
  set('another display name than the roster’s', second(['displayName']), 'Somebody else'),
  set('a user gone without the roster', ['users', 1], undefined),
  set('the kit’s public key replaced', ['recovery', 'public'], Buffer.alloc(32, 9).toString('base64')),
  set('the device’s signing key replaced', ['device', 'ed25519', 'public'], stranger.publicKey.toString('base64')),
  set('a lower sequence', ['sequence'], 0, ['key-file-rolled-back']),
  set('an older version', ['version'], 1),
  set('a newer version', ['version'], 3),
  set('a field more', ['more'], true),
  set('a field more inside', first(['more']), true),
  set('the last roster entry dropped', ['roster', 1], undefined),
  set('the first roster entry dropped', ['roster', 0], undefined),
  exchanged('roster entries exchanged', damaged, [
    ['roster', 0],
    ['roster', 1],
  ]),
  {
    name: 'the last roster entry twice',
    expected: damaged,
    change: changed((tree) => {
      put(tree, ['roster', 2], structuredClone(at(tree, ['roster', 1])));
    }),
  },
  set('a roster entry without signatures', ['roster', 1, 'signatures'], []),
  entered(
    'an entry that a colleague signed in their own favour',
    asAdmin,
    (clinic) => ({ by: idOf(clinic, 1), sign: clinic.doctorSigns }),
    nowAdmin,
  ),
  entered(
    'an entry that a colleague signed in the admin’s name',
    asAdmin,
    (clinic) => ({ by: idOf(clinic, 0), sign: clinic.doctorSigns }),
    nowAdmin,
  ),
  entered(
    'an entry that a stranger signed as the clinic',
    asAdmin,
    () => ({ by: 'clinic', sign: (message) => sign(stranger.privateKey, message) }),
    nowAdmin,
  ),
];

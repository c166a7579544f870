/** `init | root rotate | rotate-online`: who is trusted. */
import type { Command } from 'commander';
import { confirm, type Desk, place, readText } from '../desk.ts';
import { ReleaseError } from '../failure.ts';
import { initRepository } from '../init.ts';
import { type PublicKey, parsePublicKey } from '../key.ts';
import { newRoot, type RoleKeys, type Trusted, trustedOf } from '../metadata.ts';
import { pendingFile, readRepository } from '../repository.ts';
import { type RoleName, roles, usualThreshold } from '../roles.ts';
import { rotateRoot } from '../rotate.ts';
import { rootInWords, spoken } from '../words.ts';

const readKeys = (desk: Desk, files: readonly string[]): PublicKey[] =>
  files.map((file) => parsePublicKey(readText(desk, file), file));

function sayIds(desk: Desk, keys: readonly PublicKey[]): void {
  desk.say('Let each of them read out the number of their key, and compare:');
  for (const { role, owner, keyId } of keys) desk.say(`  ${role.padEnd(9)}  ${spoken(keyId)}  ${owner}`);
}

type InitOptions = {
  root: string[];
  targets: string[];
  snapshot: string[];
  timestamp: string[];
  threshold?: string[];
  yes?: boolean;
};

/** `root=2` and the like. */
function thresholds(said: readonly string[] | undefined): Partial<Record<RoleName, number>> {
  const read = (said ?? []).map((text): [RoleName, number] => {
    const [name, count] = text.split('=');
    const role = roles.find((one) => one === name);
    if (role === undefined || count === undefined || !/^\d{1,2}$/.test(count)) {
      throw new ReleaseError(`"${text}" says no threshold: write root=2 or targets=2.`);
    }
    return [role, Number(count)];
  });
  return Object.fromEntries(read);
}

async function init(desk: Desk, repository: string, options: InitOptions): Promise<void> {
  const keys: Record<RoleName, readonly PublicKey[]> = {
    root: readKeys(desk, options.root),
    targets: readKeys(desk, options.targets),
    snapshot: readKeys(desk, options.snapshot),
    timestamp: readKeys(desk, options.timestamp),
  };
  const said = { ...usualThreshold, ...thresholds(options.threshold) };
  const of = (role: RoleName): RoleKeys => ({ keys: keys[role], threshold: said[role] });
  const trusted: Trusted = {
    root: of('root'),
    targets: of('targets'),
    snapshot: of('snapshot'),
    timestamp: of('timestamp'),
  };
  desk.say(...rootInWords(null, newRoot(trusted, 1, desk.now())), '');
  sayIds(
    desk,
    roles.flatMap((role) => keys[role]),
  );
  await confirm(desk, 'Make the repository with these?', options.yes);
  const folder = place(desk, repository);
  initRepository({ folder, keys, thresholds: said, now: desk.now(), disk: desk.disk });
  desk.say(
    'Made. Two files wait for signatures, and travel to those who sign:',
    `  ${pendingFile(folder, 'root')}`,
    `  ${pendingFile(folder, 'targets')}`,
  );
}

type RotateOptions = { add?: string[]; remove?: string[]; threshold?: string[]; yes?: boolean };

/** The trusted keys after adding and removing; ids may be cut to eight digits, as they are shown. */
function changed(
  trusted: Trusted,
  added: readonly PublicKey[],
  removed: readonly string[],
  needed: Partial<Record<RoleName, number>>,
): Partial<Trusted> {
  const gone = new Set<string>();
  const all = roles.flatMap((role) => trusted[role].keys);
  for (const id of removed) {
    const found = id.length < 8 ? [] : all.filter(({ keyId }) => keyId.startsWith(id.toLowerCase()));
    const [one, ...more] = found;
    if (one === undefined || more.length > 0)
      throw new ReleaseError(
        `No key of the root is called "${id}": the first eight digits of its number, as "status" shows it.`,
      );
    gone.add(one.keyId);
  }
  const change: Partial<Record<RoleName, RoleKeys>> = {};
  for (const role of roles) {
    const { keys, threshold } = trusted[role];
    const stay = keys.filter(({ keyId }) => !gone.has(keyId));
    change[role] = {
      keys: [...stay, ...added.filter((key) => key.role === role)],
      threshold: needed[role] ?? threshold,
    };
  }
  return change;
}

async function rotate(desk: Desk, repository: string, options: RotateOptions): Promise<void> {
  const folder = place(desk, repository);
  const { published, pending } = readRepository(folder);
  const now = pending.root ?? published?.root;
  if (now === undefined || published === null)
    throw new ReleaseError('The first root is not published yet: begin anew with "init" instead.');
  const added = readKeys(desk, options.add ?? []);
  const change = changed(trustedOf(now), added, options.remove ?? [], thresholds(options.threshold));
  const version = published.root.signed.version + 1;
  desk.say(...rootInWords(published.root, newRoot({ ...trustedOf(now), ...change }, version, desk.now())), '');
  if (added.length > 0) sayIds(desk, added);
  await confirm(desk, 'Put this root forward for signing?', options.yes);
  const root = rotateRoot({ folder, change, now: desk.now(), disk: desk.disk });
  const { threshold } = trustedOf(published.root).root;
  const fresh = trustedOf(root).root.threshold;
  desk.say(
    `To be signed by ${threshold} who hold a root key of number ${version - 1}, and by ${fresh} of number ${version} (one person may count for both):`,
    `  ${pendingFile(folder, 'root')}`,
  );
  if (pending.targets === null && readRepository(folder).pending.targets !== null) {
    desk.say(
      'The list of packages does not hold under the new keys. To be signed by those who hold them:',
      `  ${pendingFile(folder, 'targets')}`,
    );
  }
}

/** All keys of the machine that publishes go, these come. */
async function rotateOnline(
  desk: Desk,
  repository: string,
  options: { snapshot: string; timestamp: string; yes?: boolean },
): Promise<void> {
  const { published } = readRepository(place(desk, repository));
  if (published === null) throw new ReleaseError('Nothing is published yet.');
  const trusted = trustedOf(published.root);
  const remove = [...trusted.snapshot.keys, ...trusted.timestamp.keys].map(({ keyId }) => keyId);
  const threshold = ['snapshot=1', 'timestamp=1'];
  const yes = options.yes === undefined ? {} : { yes: options.yes };
  await rotate(desk, repository, { add: [options.snapshot, options.timestamp], remove, threshold, ...yes });
  desk.say(
    'Publish it with the new key files; if the old ones are at hand, give them too, all four after --key: then no workstation is refused in between.',
  );
}

export function signerCommands(program: Command, desk: Desk): void {
  program
    .command('init <repository>')
    .description('begin a repository from the public halves of all keys; no private key is needed')
    .requiredOption('--root <files...>', 'public halves for root: three people')
    .requiredOption('--targets <files...>', 'public halves for targets: the same three, other keys')
    .requiredOption('--snapshot <files...>', 'public half for snapshot: the machine that publishes')
    .requiredOption('--timestamp <files...>', 'public half for timestamp: the same machine, another key')
    .option('--threshold <role=n...>', 'how many must sign; root=2 targets=2 otherwise')
    .option('--yes', 'do not ask')
    .action((repository: string, options: InitOptions) => init(desk, repository, options));
  program
    .command('root')
    .description('who is trusted')
    .command('rotate <repository>')
    .description('put a new root forward: other keys, other thresholds, or only a later end')
    .option('--add <files...>', 'public halves that come; each says for which role')
    .option('--remove <ids...>', 'keys that go: the first eight digits of their numbers')
    .option('--threshold <role=n...>', 'how many must sign from now on')
    .option('--yes', 'do not ask')
    .action((repository: string, options: RotateOptions) => rotate(desk, repository, options));
  program
    .command('rotate-online <repository>')
    .description('replace the keys of the machine that publishes, after a theft or a move')
    .requiredOption('--snapshot <file>', 'public half of the new snapshot key')
    .requiredOption('--timestamp <file>', 'public half of the new timestamp key')
    .option('--yes', 'do not ask')
    .action((repository: string, options: { snapshot: string; timestamp: string; yes?: boolean }) =>
      rotateOnline(desk, repository, options),
    );
}

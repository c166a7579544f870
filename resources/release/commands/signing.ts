/** `sign | collect`: one more signature, here or on a file that came by stick. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { hashFile } from '../add.ts';
import { confirm, type Desk, place, withKeys } from '../desk.ts';
import { ReleaseError } from '../failure.ts';
import { bytesOf, type RootFile, sameSigned, standingOf } from '../metadata.ts';
import { listOf, type Repository, readRepository } from '../repository.ts';
import { addSignatures, checkSignable, collect, judges, readTravelling, type Travelling } from '../sign.ts';
import { rootInWords, targetsInWords } from '../words.ts';
import { passphraseFile } from './key.ts';

type SignOptions = { key: string; repository?: string; package?: string[]; passphraseFile?: string; yes?: boolean };

/** Packages that the signer has at hand, from a place of their own: is what the list says of them true? */
async function checkPackages(desk: Desk, { role, file }: Travelling, packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  if (role === 'root') throw new ReleaseError('A root lists no packages.');
  const list = Object.entries(listOf(file));
  for (const one of packages) {
    const { sha512, length } = await hashFile(place(desk, one));
    const [path] = list.find(([, target]) => target.sha512 === sha512 && target.length === length) ?? [];
    if (path === undefined)
      throw new ReleaseError(`${one} is not among the packages of this list: do not sign it before you know why.`);
    desk.say(`${basename(one)} is what the list says of ${path}.`);
  }
}

/** The roots that count for it, as far as this machine knows them. */
function known({ role, file }: Travelling, repository: Repository | null): readonly RootFile[] | null {
  if (role === 'targets') return repository === null ? null : judges(repository, role);
  const published = repository?.published?.root;
  return published === undefined || sameSigned(published, file) ? [file] : [file, published];
}

function inWords({ role, file }: Travelling, repository: Repository | null): string[] {
  const published = repository?.published ?? null;
  return role === 'root'
    ? rootInWords(published?.root ?? null, file)
    : targetsInWords(published?.chain?.targets ?? null, file);
}

async function signFile(desk: Desk, file: string, options: SignOptions): Promise<void> {
  const where = place(desk, file);
  const travelling = readTravelling(where);
  const repository = options.repository === undefined ? null : readRepository(place(desk, options.repository));
  desk.say(...inWords(travelling, repository));
  checkSignable(travelling, repository, desk.now());
  if (repository === null) desk.say('Compared with nothing: --repository names a copy of what is published.');
  await checkPackages(desk, travelling, options.package ?? []);
  desk.say('');
  await confirm(
    desk,
    `You are about to sign ${travelling.role === 'root' ? 'this root' : 'this list of packages'}.`,
    options.yes,
  );
  await withKeys(desk, [options.key], options.passphraseFile, (keys) => {
    const roots = known(travelling, repository);
    addSignatures(travelling, keys, roots);
    desk.disk.write(where, bytesOf(travelling.file));
    for (const root of roots ?? []) {
      const { signed, threshold } = standingOf(root, travelling.role, travelling.file);
      desk.say(`Signed: ${signed.length} of ${threshold} by the keys of root ${root.signed.version}.`);
    }
    if (roots === null) desk.say('Signed. Whether it counts shows when it comes back ("collect").');
  });
}

function collectFiles(desk: Desk, repository: string, files: readonly string[]): void {
  const folder = place(desk, repository);
  for (const file of files) {
    const fresh = collect({ folder, file: place(desk, file), disk: desk.disk });
    desk.say(`${file}: signature of ${fresh.map((keyId) => keyId.slice(0, 8)).join(', ')} taken over.`);
  }
}

export function signingCommands(program: Command, desk: Desk): void {
  program
    .command('sign <file>')
    .description('sign a root or a list of packages that waits: in pending/, or a copy of it that came to you')
    .requiredOption('--key <file>', 'your key file')
    .option('--repository <folder>', 'a copy of what is published, to see what changes')
    .option('--package <files...>', 'packages you have from elsewhere: are they the ones that are listed?')
    .addOption(passphraseFile())
    .option('--yes', 'do not ask')
    .action((file: string, options: SignOptions) => signFile(desk, file, options));
  program
    .command('collect <repository> <files...>')
    .description('take over the signatures of copies that came back')
    .action((repository: string, files: string[]) => collectFiles(desk, repository, files));
}

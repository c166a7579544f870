/** `add | ring | withdraw | renew | discard`: what the list of packages says. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import semver from 'semver';
import type { ReleaseNotes, TargetCustom } from '../../../src-shared/updates/target.ts';
import { addTarget, describePackage, type Package } from '../add.ts';
import { confirm, type Desk, place, readText } from '../desk.ts';
import { draftOf, renewTargets, setRings, withdrawTarget } from '../draft.ts';
import { ReleaseError } from '../failure.ts';
import type { TargetList } from '../metadata.ts';
import { pendingFile, pendingFolder, readRepository } from '../repository.ts';
import { archs, channels } from '../target-path.ts';
import { targetsInWords } from '../words.ts';

const languages = ['en', 'de', 'fr', 'es'] as const;

/** `<folder>/<language>.txt` or `.md`, all four. */
function readNotes(desk: Desk, folder: string): ReleaseNotes {
  const read = (language: string): string => {
    const found = ['txt', 'md']
      .map((end) => join(folder, `${language}.${end}`))
      .find((file) => existsSync(place(desk, file)));
    if (found === undefined)
      throw new ReleaseError(
        `Release notes are missing: ${join(folder, `${language}.txt`)}. All four languages are needed: ${languages.join(', ')}.`,
      );
    const text = readText(desk, found).trim();
    if (text === '') throw new ReleaseError(`${found} is empty.`);
    if (text.length > 4000) throw new ReleaseError(`${found} is too long: ${text.length} characters, 4000 at most.`);
    return text;
  };
  return { en: read('en'), de: read('de'), fr: read('fr'), es: read('es') };
}

function archOf(file: string, said: string | undefined): TargetCustom['arch'] {
  const known = archs.find((arch) => arch === said);
  if (said !== undefined && known === undefined)
    throw new ReleaseError(`There is no processor "${said}" here: ${archs.join(', ')}.`);
  if (known !== undefined) return known;
  const named = /(?:^|[^a-z0-9])(x64|amd64|x86_64|arm64|aarch64)(?:[^a-z0-9]|$)/i.exec(file)?.[1]?.toLowerCase();
  if (named === undefined)
    throw new ReleaseError(`For which processor is ${file}? Its name does not say: use --arch x64 or --arch arm64.`);
  return named.startsWith('a') && named !== 'amd64' ? 'arm64' : 'x64';
}

export function percent(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0 && value <= 100)) throw new ReleaseError(`"${text}" is no share: a whole number from 0 to 100.`);
  return value;
}

/** The minimum of the highest version that is listed; nobody is forced by forgetting an option. */
function usualMinimum(list: TargetList): string {
  const highest = Object.values(list).sort((left, right) =>
    semver.rcompare(left.custom.version, right.custom.version),
  )[0];
  return highest?.custom.minimumVersion ?? '0.0.0';
}

type AddOptions = {
  version: string;
  channel: string;
  arch?: string;
  notes: string;
  pilot: string;
  everyone: string;
  minimum?: string;
  yes?: boolean;
};

async function add(desk: Desk, repository: string, files: readonly string[], options: AddOptions): Promise<void> {
  const folder = place(desk, repository);
  const channel = channels.find((one) => one === options.channel);
  if (channel === undefined)
    throw new ReleaseError(`There is no channel "${options.channel}": ${channels.join(', ')}.`);
  const notes = readNotes(desk, options.notes);
  const draft = draftOf(readRepository(folder));
  const now = desk.now();
  const packages = files.map((file): [string, Package] => [
    place(desk, file),
    {
      version: options.version,
      arch: archOf(file, options.arch),
      channel,
      rings: { pilot: percent(options.pilot), everyone: percent(options.everyone) },
      minimumVersion: options.minimum ?? usualMinimum(draft.list),
      notes,
    },
  ]);
  // All of them are looked at before the first is copied.
  for (const [file, said] of packages) {
    const { path } = describePackage(folder, file, said, now);
    if (!existsSync(file)) throw new ReleaseError(`There is no file ${file}.`);
    desk.say(`${file} → ${path}`);
  }
  await confirm(desk, `Add ${packages.length === 1 ? 'it' : 'these'} to the list that will be signed?`, options.yes);
  for (const [file, said] of packages) await addTarget({ folder, file, package: said, now, disk: desk.disk });
  showDraft(desk, folder);
}

function showDraft(desk: Desk, folder: string): void {
  const { published, pending } = readRepository(folder);
  if (pending.targets === null) return;
  desk.say(
    ...targetsInWords(published?.chain?.targets ?? null, pending.targets),
    '',
    `To be signed: ${pendingFile(folder, 'targets')}`,
  );
}

/** The packages that somebody means by a target path or by a version. */
function meant(list: TargetList, what: string): readonly string[] {
  if (list[what] !== undefined) return [what];
  const paths = Object.keys(list).filter((path) => list[path]?.custom.version === what);
  if (paths.length === 0)
    throw new ReleaseError(`Neither a package nor a version "${what}" is listed. "status" names what is.`);
  return paths;
}

type RingOptions = { pilot?: string; everyone?: string; promote?: boolean; yes?: boolean };

async function ring(desk: Desk, repository: string, what: string, options: RingOptions): Promise<void> {
  const folder = place(desk, repository);
  const rings =
    options.promote === true
      ? { pilot: 100, everyone: 100 }
      : {
          ...(options.pilot !== undefined && { pilot: percent(options.pilot) }),
          ...(options.everyone !== undefined && { everyone: percent(options.everyone) }),
        };
  if (Object.keys(rings).length === 0) throw new ReleaseError('Say which share: --pilot, --everyone or --promote.');
  const paths = meant(draftOf(readRepository(folder)).list, what);
  desk.say(...paths.map((path) => `  ${path}`));
  await confirm(desk, 'Change their shares?', options.yes);
  for (const path of paths) setRings({ folder, path, rings, now: desk.now(), disk: desk.disk });
  showDraft(desk, folder);
}

async function withdraw(desk: Desk, repository: string, what: string, options: { yes?: boolean }): Promise<void> {
  const folder = place(desk, repository);
  const paths = meant(draftOf(readRepository(folder)).list, what);
  desk.say(...paths.map((path) => `  ${path}`));
  desk.say('Workstations that have it keep it: whoever must leave it needs a higher version.');
  await confirm(desk, 'Take it out of the list?', options.yes);
  for (const path of paths) withdrawTarget({ folder, path, now: desk.now(), disk: desk.disk });
  showDraft(desk, folder);
}

async function discard(desk: Desk, repository: string, options: { yes?: boolean }): Promise<void> {
  const folder = place(desk, repository);
  const { published, pending } = readRepository(folder);
  if (published === null) throw new ReleaseError('Nothing is published yet: remove the folder and begin anew.');
  if (pending.root === null && pending.targets === null) throw new ReleaseError('Nothing is waiting.');
  await confirm(desk, 'Throw away what waits, and the signatures it has?', options.yes);
  desk.disk.remove(pendingFile(folder, 'targets'));
  desk.disk.remove(pendingFile(folder, 'root'));
  rmSync(join(pendingFolder(folder), 'targets'), { recursive: true, force: true });
  desk.say('Thrown away. What is published stays as it is.');
}

export function packageCommands(program: Command, desk: Desk): void {
  program
    .command('add <repository> <files...>')
    .description('put packages of a new version into the list that will be signed')
    .requiredOption('--version <version>', 'of the application in them, such as 1.4.0')
    .requiredOption('--notes <folder>', 'folder with en.txt, de.txt, fr.txt, es.txt')
    .option('--channel <channel>', channels.join(' or '), 'stable')
    .option('--arch <arch>', `${archs.join(' or ')}, when the file's name does not say`)
    .option('--pilot <percent>', 'share of the pilot workstations', '100')
    .option('--everyone <percent>', 'share of all others', '0')
    .option('--minimum <version>', 'below it workstations are told that they must update; otherwise as before')
    .option('--yes', 'do not ask')
    .action((repository: string, files: string[], options: AddOptions) => add(desk, repository, files, options));
  program
    .command('ring <repository> <what>')
    .description('change how many workstations are offered a version (or one package)')
    .option('--pilot <percent>', 'share of the pilot workstations')
    .option('--everyone <percent>', 'share of all others')
    .option('--promote', 'all workstations')
    .option('--yes', 'do not ask')
    .action((repository: string, what: string, options: RingOptions) => ring(desk, repository, what, options));
  program
    .command('withdraw <repository> <what>')
    .description('take a version (or one package) out of the list')
    .option('--yes', 'do not ask')
    .action((repository: string, what: string, options: { yes?: boolean }) =>
      withdraw(desk, repository, what, options),
    );
  program
    .command('renew <repository>')
    .description('put the same list forward with a later end, before it expires')
    .action((repository: string) => {
      const folder = place(desk, repository);
      renewTargets({ folder, now: desk.now(), disk: desk.disk });
      showDraft(desk, folder);
    });
  program
    .command('discard <repository>')
    .description('throw away what waits for signatures')
    .option('--yes', 'do not ask')
    .action((repository: string, options: { yes?: boolean }) => discard(desk, repository, options));
}

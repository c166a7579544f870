/** `status | publish | timestamp | verify | bundle`: what workstations see. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { bundle } from '../bundle.ts';
import { confirm, type Desk, place, withKeys } from '../desk.ts';
import { ReleaseError } from '../failure.ts';
import { checkReady, publish, refreshTimestamp } from '../publish.ts';
import { readRepository } from '../repository.ts';
import { statusOf } from '../status.ts';
import { archs, channels, platforms } from '../target-path.ts';
import { verifyAsClient } from '../verify.ts';
import { rootInWords, targetsInWords } from '../words.ts';
import { passphraseFile } from './key.ts';

type KeyOptions = { key: string[]; passphraseFile?: string; yes?: boolean };

async function publishNow(desk: Desk, repository: string, options: KeyOptions): Promise<void> {
  const folder = place(desk, repository);
  const waiting = readRepository(folder);
  const { published, pending } = waiting;
  if (pending.root !== null) desk.say(...rootInWords(published?.root ?? null, pending.root), '');
  if (pending.targets !== null) desk.say(...targetsInWords(published?.chain?.targets ?? null, pending.targets), '');
  if (pending.root === null && pending.targets === null)
    desk.say('Nothing new waits: snapshot and timestamp are made anew.');
  checkReady(waiting, desk.now());
  await confirm(desk, 'You are about to publish this.', options.yes);
  await withKeys(desk, options.key, options.passphraseFile, async (keys) => {
    const { root, targets, snapshot, timestamp, gap } = await publish({
      folder,
      keys,
      now: desk.now(),
      disk: desk.disk,
    });
    desk.say(`Published: root ${root}, targets ${targets}, snapshot ${snapshot}, timestamp ${timestamp}.`);
    if (gap)
      desk.say('The old keys were not at hand: whoever looked between two writes was refused once, and tries again.');
  });
}

async function stamp(desk: Desk, repository: string, options: KeyOptions): Promise<void> {
  const folder = place(desk, repository);
  await withKeys(desk, options.key, options.passphraseFile, async (keys) => {
    const { snapshot, timestamp } = await refreshTimestamp({ folder, keys, now: desk.now(), disk: desk.disk });
    desk.say(`Timestamp ${timestamp}, of snapshot ${snapshot}.`);
  });
  for (const warning of statusOf(readRepository(folder), desk.now()).warnings) desk.say(`! ${warning}`);
}

function status(desk: Desk, repository: string): void {
  const { lines, warnings } = statusOf(readRepository(place(desk, repository)), desk.now());
  desk.say(...lines, ...warnings.map((warning) => `! ${warning}`));
}

async function verify(desk: Desk, repository: string, options: { root?: string }): Promise<void> {
  let anchor: Buffer | undefined;
  if (options.root !== undefined) {
    try {
      anchor = readFileSync(place(desk, options.root));
    } catch {
      throw new ReleaseError(`${options.root} cannot be read.`);
    }
  }
  const seen = await verifyAsClient({ folder: place(desk, repository), ...(anchor !== undefined && { anchor }) });
  desk.say(
    `A workstation accepts it: root ${seen.root}, targets ${seen.targets}, snapshot ${seen.snapshot}, timestamp ${seen.timestamp}.`,
    ...seen.packages.map((path) => `  ${path}: the bytes are those that were signed`),
  );
}

type BundleOptions = { to: string; platform?: string; arch?: string; channel?: string };

async function makeBundle(desk: Desk, repository: string, options: BundleOptions): Promise<void> {
  const one = <T extends string>(known: readonly T[], said: string | undefined, what: string): T | undefined => {
    const found = known.find((name) => name === said);
    if (said !== undefined && found === undefined)
      throw new ReleaseError(`There is no ${what} "${said}": ${known.join(', ')}.`);
    return found;
  };
  const platform = one(platforms, options.platform, 'platform');
  const arch = one(archs, options.arch, 'processor');
  const channel = one(channels, options.channel, 'channel');
  const paths = await bundle({
    folder: place(desk, repository),
    to: place(desk, options.to),
    ...(platform !== undefined && { platform }),
    ...(arch !== undefined && { arch }),
    ...(channel !== undefined && { channel }),
  });
  desk.say(`${options.to}:`, ...paths.map((path) => `  ${path}`));
  const until = readRepository(place(desk, repository)).published?.chain?.timestamp.signed.expires;
  desk.say(`Workstations take it until ${until}.`);
}

export function publishingCommands(program: Command, desk: Desk): void {
  program
    .command('status <repository>')
    .description('what is published and until when, what waits for whom')
    .action((repository: string) => status(desk, repository));
  const keyed = (name: string, what: string) =>
    program
      .command(`${name} <repository>`)
      .description(what)
      .requiredOption('--key <files...>', 'key files of snapshot and timestamp')
      .addOption(passphraseFile());
  keyed('publish', 'make what has its signatures the published state')
    .option('--yes', 'do not ask')
    .action((repository: string, options: KeyOptions) => publishNow(desk, repository, options));
  keyed('timestamp', 'sign the timestamp anew, every day; the snapshot too when it ends soon').action(
    (repository: string, options: KeyOptions) => stamp(desk, repository, options),
  );
  program
    .command('verify <repository>')
    .description('walk the repository as a new workstation does')
    .option('--root <file>', 'the root.json that workstations have; otherwise the first one of the repository')
    .action((repository: string, options: { root?: string }) => verify(desk, repository, options));
  program
    .command('bundle <repository>')
    .description('one file with the same content, for a stick or a share')
    .requiredOption('--to <file>', 'the ZIP to write')
    .option('--platform <platform>', `packages of one only: ${platforms.join(', ')}`)
    .option('--arch <arch>', `packages of one only: ${archs.join(', ')}`)
    .option('--channel <channel>', `packages of one only: ${channels.join(', ')}`)
    .action((repository: string, options: BundleOptions) => makeBundle(desk, repository, options));
}

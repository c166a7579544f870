/** `key new | show | list | change-passphrase`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { generateEd25519 } from '../../../src-main/core/crypto/ed25519.ts';
import { wipe } from '../../../src-main/core/crypto/wipe.ts';
import { type Desk, newPassphrase, oldPassphrase, place, readText } from '../desk.ts';
import { ReleaseError } from '../failure.ts';
import { keyOwner, type PublicKey } from '../key.ts';
import { keyFileName, parseKeyFile, publicHalf, resealKey, sealKey } from '../key-file.ts';
import { type RoleName, roles } from '../roles.ts';
import { spoken } from '../words.ts';

const publicText = (key: PublicKey): string => `${JSON.stringify(key, null, 1)}\n`;

async function newKey(
  desk: Desk,
  role: RoleName,
  options: { owner: string; out: string; passphraseFile?: string },
): Promise<void> {
  const { owner, out, passphraseFile } = options;
  if (!keyOwner.safeParse(owner).success)
    throw new ReleaseError(`"${owner}" cannot stand beside a key: a name of at most 60 letters.`);
  const folder = place(desk, out);
  if (!existsSync(folder)) throw new ReleaseError(`There is no folder ${out}.`);
  desk.say(
    `A new key for ${role}, of ${owner}. Its private half never leaves the file that is written now.`,
    'Without the passphrase nobody can use it, and nobody can give it back to you.',
  );
  const passphrase = await newPassphrase(desk, [owner, role], passphraseFile);
  try {
    const { privateKey } = generateEd25519(desk.random);
    const cost = desk.cost === undefined ? {} : { cost: desk.cost };
    const made = await sealKey({ role, owner, privateKey, passphrase, random: desk.random, ...cost });
    const name = keyFileName(role, made.publicKey.keyId);
    const file = join(folder, name);
    if (existsSync(file)) throw new ReleaseError(`${file} is there already.`);
    desk.disk.write(file, Buffer.from(made.text), { secret: true });
    desk.disk.write(file.replace(/\.key$/, '.pub'), Buffer.from(publicText(made.publicKey)));
    desk.say(
      `Private: ${join(out, name)}   keep it here, and a copy in a safe`,
      `Public:  ${join(out, name.replace(/\.key$/, '.pub'))}   give this one to whoever makes the repository`,
      `Read out to them, so that they know it is yours: ${spoken(made.publicKey.keyId)}`,
    );
  } finally {
    wipe(passphrase);
  }
}

function showKey(desk: Desk, file: string, options: { out?: string }): void {
  const parsed = parseKeyFile(readText(desk, file), file);
  const { memoryKiB, passes } = parsed.kdf;
  desk.say(
    `${file}`,
    `  for ${parsed.role}, of ${parsed.owner}`,
    `  id ${spoken(parsed.keyId)} …`,
    `  under a passphrase: Argon2id, ${memoryKiB / 1024} MiB, ${passes} passes; AES-256-GCM`,
  );
  if (options.out === undefined) return;
  desk.disk.write(place(desk, options.out), Buffer.from(publicText(publicHalf(parsed))));
  desk.say(`Public half written to ${options.out}.`);
}

function listKeys(desk: Desk, folder: string): void {
  const where = place(desk, folder);
  if (!existsSync(where)) throw new ReleaseError(`There is no folder ${folder}.`);
  const names = readdirSync(where)
    .filter((name) => name.endsWith('.key'))
    .sort();
  if (names.length === 0) desk.say(`There are no key files in ${folder}.`);
  for (const name of names) {
    try {
      const { role, owner, keyId } = parseKeyFile(readText(desk, join(where, name)), name);
      desk.say(`${name}   ${role.padEnd(9)}  ${spoken(keyId)} …  ${owner}`);
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error;
      desk.say(`${name}   ${error.message}`);
    }
  }
}

async function changePassphrase(
  desk: Desk,
  file: string,
  options: { passphraseFile?: string; newPassphraseFile?: string },
): Promise<void> {
  const text = readText(desk, file);
  const { owner, role } = parseKeyFile(text, file);
  const old = await oldPassphrase(desk, file, options.passphraseFile);
  let fresh: Buffer | undefined;
  try {
    fresh = await newPassphrase(desk, [owner, role], options.newPassphraseFile);
    const sealed = await resealKey(text, file, old, fresh, desk.random, desk.cost);
    desk.disk.write(place(desk, file), Buffer.from(sealed), { secret: true });
    desk.say(`${file} has its new passphrase. Copies made before still open with the old one: replace them.`);
  } finally {
    wipe(old, fresh);
  }
}

export const passphraseFile = (): Option =>
  new Option('--passphrase-file <file>', 'file whose first line is the passphrase, instead of asking');

export function keyCommands(program: Command, desk: Desk): void {
  const key = program.command('key').description('make and look after keys');
  key
    .command('new <role>')
    .description(`make a key for one of: ${roles.join(', ')}`)
    .requiredOption('--owner <name>', 'whose it is, or which machine: written beside it')
    .option('--out <folder>', 'where its two files go', '.')
    .addOption(passphraseFile())
    .action(async (role: string, options: { owner: string; out: string; passphraseFile?: string }) => {
      const known = roles.find((one) => one === role);
      if (known === undefined) throw new ReleaseError(`There is no role "${role}": ${roles.join(', ')}.`);
      await newKey(desk, known, options);
    });
  key
    .command('show <file>')
    .description('say whose key a file holds; nothing secret is shown')
    .option('--out <file>', 'write its public half')
    .action((file: string, options: { out?: string }) => showKey(desk, file, options));
  key
    .command('list [folder]')
    .description('name the key files of a folder')
    .action((folder: string | undefined) => listKeys(desk, folder ?? '.'));
  key
    .command('change-passphrase <file>')
    .description('seal a key under another passphrase')
    .addOption(passphraseFile())
    .option('--new-passphrase-file <file>', 'file whose first line is the new one')
    .action((file: string, options: { passphraseFile?: string; newPassphraseFile?: string }) =>
      changePassphrase(desk, file, options),
    );
}

/**
 * A private key on a disk (docs/protocols/update.md, "Roles and keys"): its PKCS #8 bytes under AES-256-GCM with a key of
 * Argon2id(passphrase). Everything else in the file is in the clear and authenticated with it.
 */
import { z } from 'zod';
import { OpenError, open, seal } from '../../src-main/core/crypto/aead.ts';
import { canonicalBytes } from '../../src-main/core/crypto/canonical.ts';
import { type Argon2Params, paramsAllowed, passwordKey, saltLength } from '../../src-main/core/crypto/kdf.ts';
import { passwordBytes } from '../../src-main/core/crypto/password.ts';
import type { Random } from '../../src-main/core/crypto/random.ts';
import { fromPkcs8, toPkcs8 } from '../../src-main/core/crypto/raw-key.ts';
import { wipe } from '../../src-main/core/crypto/wipe.ts';
import { ReleaseError } from './failure.ts';
import { keyIdOf, keyOwner, type PublicKey, type SigningKey, signingKey } from './key.ts';
import { type RoleName, roles } from './roles.ts';

/** Guessing a stolen key file costs a second and 256 MiB each: these keys are used a few times a year. */
export const keyFileCost: Argon2Params = { memoryKiB: 256 * 1024, passes: 4, lanes: 1 };

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.number().int().positive();
const keyFile = z.strictObject({
  format: z.literal('carekeep-release-key'),
  version: z.literal(1),
  role: z.enum(roles),
  owner: keyOwner,
  keyId: hex64,
  public: hex64,
  kdf: z.strictObject({
    algorithm: z.literal('argon2id'),
    memoryKiB: whole,
    passes: whole,
    lanes: whole,
    salt: z.string().regex(/^[0-9a-f]{32}$/),
  }),
  cipher: z.literal('aes-256-gcm'),
  sealed: z
    .string()
    .max(1024)
    .regex(/^(?:[0-9a-f]{2})+$/),
});
export type KeyFile = Readonly<z.infer<typeof keyFile>>;

export const keyFileName = (role: RoleName, keyId: string): string => `${role}-${keyId.slice(0, 8)}.key`;

function header({ sealed: _, ...rest }: KeyFile): Buffer {
  return canonicalBytes(rest);
}

/** @param passphrase as typed, UTF-8; the caller wipes it */
async function derive(passphrase: Buffer, { kdf }: Pick<KeyFile, 'kdf'>): Promise<Buffer> {
  const bytes = passwordBytes(passphrase);
  try {
    return await passwordKey(bytes, Buffer.from(kdf.salt, 'hex'), kdf);
  } finally {
    wipe(bytes);
  }
}

/** The text of a key file. Takes over `privateKey` and wipes it. */
export async function sealKey(options: {
  readonly role: RoleName;
  readonly owner: string;
  readonly privateKey: Buffer;
  readonly passphrase: Buffer;
  readonly random: Random;
  readonly cost?: Argon2Params;
}): Promise<{ text: string; publicKey: PublicKey }> {
  const { role, owner, privateKey, passphrase, random, cost = keyFileCost } = options;
  const pkcs8 = toPkcs8('ed25519', privateKey);
  const { publicKey } = signingKey(role, owner, privateKey);
  let key: Buffer | undefined;
  try {
    const bare: KeyFile = {
      format: 'carekeep-release-key',
      version: 1,
      role,
      owner,
      keyId: publicKey.keyId,
      public: publicKey.public,
      kdf: { algorithm: 'argon2id', ...cost, salt: random(saltLength).toString('hex') },
      cipher: 'aes-256-gcm',
      sealed: '',
    };
    key = await derive(passphrase, bare);
    const sealed = seal(key, pkcs8, header(bare), random).toString('hex');
    return { text: `${JSON.stringify({ ...bare, sealed }, null, 1)}\n`, publicKey };
  } finally {
    wipe(key, pkcs8, privateKey);
  }
}

/** Reads a key file without opening it. @throws ReleaseError */
export function parseKeyFile(text: string, where: string): KeyFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ReleaseError(`${where} is no key file.`);
  }
  const parsed = keyFile.safeParse(value);
  if (!parsed.success) throw new ReleaseError(`${where} is no key file, or one of a newer version.`);
  const { data } = parsed;
  if (!paramsAllowed(data.kdf))
    throw new ReleaseError(`${where} asks for an Argon2id cost that is not allowed: somebody changed it.`);
  if (keyIdOf(data.public) !== data.keyId)
    throw new ReleaseError(`${where} names another key than it holds: somebody changed it.`);
  return data;
}

/** What may be shown and given away. */
export function publicHalf({ role, owner, keyId, public: half }: KeyFile): PublicKey {
  return { format: 'carekeep-release-public-key', version: 1, role, owner, keyId, public: half };
}

/** The raw private key; wipe it after use. @throws ReleaseError for a wrong passphrase or a changed file */
async function openRaw(file: KeyFile, passphrase: Buffer, where: string): Promise<Buffer> {
  const key = await derive(passphrase, file);
  try {
    const pkcs8 = open(key, Buffer.from(file.sealed, 'hex'), header(file));
    const raw = fromPkcs8('ed25519', pkcs8);
    wipe(pkcs8);
    if (raw === undefined) throw new ReleaseError(`${where} opens, and holds no Ed25519 key.`);
    return raw;
  } catch (error) {
    if (error instanceof OpenError)
      throw new ReleaseError(`${where} does not open: the passphrase is wrong, or the file was changed.`);
    throw error;
  } finally {
    wipe(key);
  }
}

/** Opens a key for signing; call its `wipe` after use. */
export async function openKey(text: string, passphrase: Buffer, where: string): Promise<SigningKey> {
  const file = parseKeyFile(text, where);
  const key = signingKey(file.role, file.owner, await openRaw(file, passphrase, where));
  if (key.keyId === file.keyId) return key;
  key.wipe();
  throw new ReleaseError(`${where} holds another key than it says.`);
}

/** The same key under another passphrase, with a new salt. */
export async function resealKey(
  text: string,
  where: string,
  old: Buffer,
  fresh: Buffer,
  random: Random,
  cost?: Argon2Params,
): Promise<string> {
  const file = parseKeyFile(text, where);
  const privateKey = await openRaw(file, old, where);
  const { role, owner } = file;
  const made = await sealKey({
    role,
    owner,
    privateKey,
    passphrase: fresh,
    random,
    ...(cost !== undefined && { cost }),
  });
  return made.text;
}

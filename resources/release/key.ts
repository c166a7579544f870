/** Keys of signers: the public half as TUF writes it, the private one as something that signs. */
import { z } from 'zod';
import { canonicalBytes } from '../../src-main/core/crypto/canonical.ts';
import { ed25519Public, generateEd25519, sign } from '../../src-main/core/crypto/ed25519.ts';
import { sha256 } from '../../src-main/core/crypto/hash.ts';
import type { Random } from '../../src-main/core/crypto/random.ts';
import { wipe } from '../../src-main/core/crypto/wipe.ts';
import { ReleaseError } from './failure.ts';
import { type RoleName, roles, usualKeys } from './roles.ts';

const hex64 = z.string().regex(/^[0-9a-f]{64}$/);

/** Whose key it is, as it is written beside it: shown to people, not trusted. */
export const keyOwner = z.string().regex(/^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} .,'@_-]{0,59}$/u);

export const publicKey = z.strictObject({
  format: z.literal('carekeep-release-public-key'),
  version: z.literal(1),
  role: z.enum(roles),
  owner: keyOwner,
  keyId: hex64,
  public: hex64,
});
export type PublicKey = Readonly<z.infer<typeof publicKey>>;

/** A key in memory: signs until it is wiped. */
export type SigningKey = {
  readonly role: RoleName;
  readonly keyId: string;
  readonly owner: string;
  readonly publicKey: PublicKey;
  sign(bytes: Uint8Array): Buffer;
  wipe(): void;
};

/** The public half as it stands in a root.json. */
export function tufKey(publicHex: string): { keytype: 'ed25519'; scheme: 'ed25519'; keyval: { public: string } } {
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicHex } };
}

/** TUF §4.2: SHA-256 over the key's canonical JSON. For what is in it, RFC 8785 and TUF's own form are the same bytes. */
export function keyIdOf(publicHex: string): string {
  return sha256(canonicalBytes(tufKey(publicHex))).toString('hex');
}

/** Takes over `privateKey`: `wipe` clears it. */
export function signingKey(role: RoleName, owner: string, privateKey: Buffer): SigningKey {
  const publicHex = ed25519Public(privateKey).toString('hex');
  const keyId = keyIdOf(publicHex);
  return {
    role,
    keyId,
    owner,
    publicKey: { format: 'carekeep-release-public-key', version: 1, role, owner, keyId, public: publicHex },
    sign: (bytes) => sign(privateKey, bytes),
    wipe: () => wipe(privateKey),
  };
}

export function makeKey(role: RoleName, owner: string, random: Random): SigningKey {
  return signingKey(role, owner, generateEd25519(random).privateKey);
}

export type KeySet = Readonly<Record<RoleName, readonly SigningKey[]>>;

/** All keys of a repository in one memory: for tests and trials. People make theirs one by one, each on a machine of their own. */
export function makeKeys(random: Random, counts: Readonly<Record<RoleName, number>> = usualKeys): KeySet {
  const some = (role: RoleName) =>
    Array.from({ length: counts[role] }, (_, at) => makeKey(role, `${role} ${at + 1}`, random));
  return {
    root: some('root'),
    targets: some('targets'),
    snapshot: some('snapshot'),
    timestamp: some('timestamp'),
  };
}

/** Reads what `key show` printed. @throws ReleaseError */
export function parsePublicKey(text: string, where: string): PublicKey {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ReleaseError(`${where} is not the public half of a key: it is no JSON. Make it with "key show".`);
  }
  const parsed = publicKey.safeParse(value);
  if (!parsed.success) throw new ReleaseError(`${where} is not the public half of a key. Make it with "key show".`);
  if (keyIdOf(parsed.data.public) !== parsed.data.keyId) {
    throw new ReleaseError(`${where} names another key than it holds: somebody changed it, or it was cut.`);
  }
  return parsed.data;
}

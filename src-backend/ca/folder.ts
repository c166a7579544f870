/**
 * What a backend is, in its data folder: the authority that issues all certificates, the key that signs log and
 * descriptor, and the name it signs as. Made once, never changed: clinics pin them.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type AuthorityKeys, issueAuthority } from '../../src-main/core/crypto/certificate-issuing.ts';
import { ed25519Public, generateEd25519 } from '../../src-main/core/crypto/ed25519.ts';
import { randomBytes } from '../../src-main/core/crypto/random.ts';
import type { RawKeyPair } from '../../src-main/core/crypto/raw-key.ts';
import { fingerprintOf } from '../../src-main/core/crypto/tls-server.ts';
import { base64Of } from '../../src-shared/sync-protocol/primitives.ts';

const file = z.strictObject({
  version: z.literal(1),
  name: z.string().regex(/^[A-Za-z0-9.-]{1,80}$/),
  authority: z.strictObject({ certificate: z.string(), pkcs8: z.base64(), spki: z.base64() }),
  /** Raw Ed25519 private key. */
  log: base64Of(32),
});

export type BackendIdentity = {
  /** As it signs heads and cosigns. */
  readonly name: string;
  readonly authority: AuthorityKeys;
  /** SHA-256 of the authority's certificate, hex in pairs with colons: what an admin compares. */
  readonly fingerprint: string;
  readonly log: RawKeyPair;
};

const identityFile = (folder: string): string => join(folder, 'identity.json');

/** Whether a backend was ever started on this folder. */
export const hasIdentity = (folder: string): boolean => existsSync(identityFile(folder));

/** @throws where the folder holds one that does not read: a new one would lock every clinic out */
export async function openIdentity(folder: string, now: number): Promise<BackendIdentity> {
  // Nobody else may list it; the account that PostgreSQL runs as where we are root has to pass through.
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const path = identityFile(folder);
  if (!existsSync(path)) await makeIdentity(path, now);
  const read = file.parse(JSON.parse(readFileSync(path, 'utf8')));
  const { certificate, pkcs8, spki } = read.authority;
  const privateKey = Buffer.from(read.log, 'base64');
  return {
    name: read.name,
    authority: { pem: certificate, key: { pkcs8: Buffer.from(pkcs8, 'base64'), spki: Buffer.from(spki, 'base64') } },
    fingerprint: fingerprintOf(certificate),
    log: { privateKey, publicKey: ed25519Public(privateKey) },
  };
}

async function makeIdentity(path: string, now: number): Promise<void> {
  const name = `carekeep-${randomBytes(6).toString('hex')}`;
  const { pem, key } = await issueAuthority({ name: `Carekeep backend ${name}`, now });
  const log = generateEd25519();
  const identity: z.infer<typeof file> = {
    version: 1,
    name,
    authority: { certificate: pem, pkcs8: key.pkcs8.toString('base64'), spki: key.spki.toString('base64') },
    log: log.privateKey.toString('base64'),
  };
  const text = `${JSON.stringify(identity, null, 2)}\n`;
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  writeWhole(beside, text);
  try {
    // Two that start at the same moment: the first one's stays, and both read it.
    linkSync(beside, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  syncFolder(path);
}

/** Written beside and renamed, for nobody else to read: a power cut leaves the old one or the new one. */
export function writeWhole(path: string, text: string): void {
  const beside = `${path}.new`;
  const handle = openSync(beside, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, path);
  syncFolder(path);
}

function syncFolder(path: string): void {
  const folder = openSync(join(path, '..'), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

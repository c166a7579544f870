/**
 * For the process of these trials only, never the product: Ed25519 signatures that held once are not computed again for
 * the very same key, message and signature, and a public key's bytes are not parsed again. 60,000 logs that differ in one
 * place share nearly all of theirs. Only what held is remembered, and all three are compared whole, so no trial is judged
 * otherwise than it would be.
 */
import crypto, { type JsonWebKey, KeyObject, type PublicKeyInput } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

type Known = { readonly key: KeyObject; readonly message: Buffer };

const most = 50_000;

function bounded<V>(known: Map<string, V>, name: string, value: V): V {
  if (known.size >= most) known.clear();
  known.set(name, value);
  return value;
}

/** From here on, for every importer of node:crypto in this process. */
export function rememberSignatures(): void {
  const signatures = new Map<string, Known>();
  const keys = new Map<string, KeyObject>();
  const { verify, createPublicKey } = crypto;
  const rememberingKeys = (input: PublicKeyInput | KeyObject | JsonWebKey): KeyObject => {
    if (input instanceof KeyObject || !('key' in input) || !Buffer.isBuffer(input.key) || input.format !== 'der')
      return Reflect.apply(createPublicKey, crypto, [input]);
    const name = input.key.toString('latin1');
    return keys.get(name) ?? bounded(keys, name, Reflect.apply(createPublicKey, crypto, [input]));
  };
  const rememberingSignatures = (
    algorithm: null,
    message: Uint8Array,
    key: KeyObject,
    signature: Uint8Array,
  ): boolean => {
    const name = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('latin1');
    const found = signatures.get(name);
    if (found?.message.equals(message) && (found.key === key || found.key.equals(key))) return true;
    const holds = verify(algorithm, message, key, signature);
    if (holds) bounded(signatures, name, { key, message: Buffer.from(message) });
    return holds;
  };
  Object.assign(crypto, { verify: rememberingSignatures, createPublicKey: rememberingKeys });
  syncBuiltinESMExports();
}

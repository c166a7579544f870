/** Carekeep's items in a keyring, as another program of the same user sees them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uuidText } from '../../../src-main/core/vault/key-file.ts';

export type Environment = Readonly<Record<string, string>>;

const script = join(import.meta.dirname, 'item.ts');

function run(env: Environment, verb: string, account: string, input = ''): string {
  return execFileSync(process.execPath, [script, verb, account], {
    env: { ...process.env, ...env },
    input,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
}

export function readItem(env: Environment, account: string): string | undefined {
  const value = run(env, 'read', account);
  return value === '' ? undefined : value;
}

export const writeItem = (env: Environment, account: string, value: string): void =>
  void run(env, 'write', account, value);
export const removeItem = (env: Environment, account: string): void => void run(env, 'remove', account);

/** Accounts of a profile's items, from the key file's open header. */
export function accountsOf(keyFile: string): {
  readonly secret: string;
  readonly mark: string;
  readonly head: string;
} {
  const bytes = readFileSync(keyFile);
  const id = uuidText(bytes.subarray(12, 28));
  return {
    secret: `${id}/device-secret/${bytes.readUInt32BE(28)}`,
    mark: `${id}/key-file`,
    head: `${id}/audit-head`,
  };
}

/** What a keyring can do to whoever relies on it, each done to a real one; and the way back to a good one. */
import type { Keyring } from '../../host/keyring.ts';

export type Trouble = {
  readonly name: string;
  readonly begin: (keyring: Keyring) => Promise<void>;
  readonly end: (keyring: Keyring) => Promise<void>;
};

export const troubles: readonly Trouble[] = [
  { name: 'refuses', begin: (keyring) => keyring.deny(true), end: (keyring) => keyring.deny(false) },
  { name: 'dies', begin: (keyring) => keyring.signal('SIGKILL'), end: (keyring) => keyring.unlock() },
  { name: 'locks itself and asks', begin: (keyring) => keyring.lock(), end: (keyring) => keyring.unlock() },
  { name: 'hangs', begin: (keyring) => keyring.signal('SIGSTOP'), end: (keyring) => keyring.signal('SIGCONT') },
];

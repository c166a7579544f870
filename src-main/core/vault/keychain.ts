/**
 * The operating system's keychain: Secret Service on Linux (pinned, because the library would otherwise fall back
 * in silence to the kernel keyring, which forgets at reboot), Keychain on macOS, Credential Manager on Windows.
 * Every call has a time-out, because a prompt that nobody answers would block for ever. Connecting is synchronous in
 * the library: a service that does not answer holds the process for the two seconds of its own time-out.
 */
import { AsyncEntry } from '@napi-rs/keyring';

export type KeychainTrouble =
  /** There is no keychain service to talk to. */
  | 'absent'
  /** There is one, and it is locked or its prompt was dismissed. */
  | 'locked'
  /** It did not answer in time. */
  | 'hang';
export type KeychainRead =
  | { readonly state: 'ok'; readonly value: string }
  | { readonly state: 'no-entry' }
  | { readonly state: KeychainTrouble };
export type KeychainWrite = 'ok' | KeychainTrouble;

export interface Keychain {
  read(account: string): Promise<KeychainRead>;
  write(account: string, value: string): Promise<KeychainWrite>;
  /** 'ok' also when there was nothing to remove. */
  remove(account: string): Promise<KeychainWrite>;
}

export type KeychainOptions = {
  readonly service?: string;
  /** Milliseconds until a call counts as hanging. */
  readonly timeout?: number;
};

const lateAnswer = Symbol('late');
/** Milliseconds before a service that was not there is asked again. */
const again = 150;

/**
 * The library has one error class; its words are all there is to tell states apart. "Couldn't access platform
 * storage" is what every system says of a keychain that is there and shut.
 */
function troubleOf(error: unknown): KeychainTrouble {
  const message = error instanceof Error ? error.message : '';
  if (/did not receive a reply|timed? ?out/i.test(message)) return 'hang';
  return /couldn't access platform storage|prompt|dismissed|\blocked\b/i.test(message) ? 'locked' : 'absent';
}

export function openKeychain(options: KeychainOptions = {}): Keychain {
  const service = options.service ?? 'carekeep';
  const timeout = options.timeout ?? 10_000;

  // Each entry holds a connection to the bus until it is collected, and a bus has few: one per account is kept.
  const entries = new Map<string, AsyncEntry>();
  const entryOf = (account: string): AsyncEntry => {
    // Without a service already the constructor throws.
    const entry = entries.get(account) ?? new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
    entries.set(account, entry);
    return entry;
  };

  /** A service that is not there is asked once more, by a new connection: it may just be starting, or replacing the item. */
  async function ask<T>(
    account: string,
    work: (entry: AsyncEntry, signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly value: T } | KeychainTrouble> {
    const answer = await askOnce(account, work);
    if (answer !== 'absent') return answer;
    await new Promise((resolve) => setTimeout(resolve, again));
    return askOnce(account, work);
  }

  async function askOnce<T>(
    account: string,
    work: (entry: AsyncEntry, signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly value: T } | KeychainTrouble> {
    const late = Promise.withResolvers<typeof lateAnswer>();
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort();
      late.resolve(lateAnswer);
    }, timeout);
    try {
      const answer = await Promise.race([work(entryOf(account), abort.signal), late.promise]);
      if (answer !== lateAnswer) return { value: answer };
      entries.delete(account);
      return 'hang';
    } catch (error) {
      // The service may be another one by the next call: nothing of this connection is used again.
      entries.delete(account);
      return abort.signal.aborted ? 'hang' : troubleOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async read(account) {
      const answer = await ask(account, (entry, signal) => entry.getPassword(signal));
      if (typeof answer === 'string') return { state: answer };
      return typeof answer.value === 'string' ? { state: 'ok', value: answer.value } : { state: 'no-entry' };
    },
    async write(account, value) {
      const answer = await ask(account, (entry, signal) => entry.setPassword(value, signal));
      return typeof answer === 'string' ? answer : 'ok';
    },
    async remove(account) {
      const answer = await ask(account, (entry, signal) => entry.deleteCredential(signal));
      // Accounts come and go (probes); what is gone needs no connection.
      entries.delete(account);
      return typeof answer === 'string' ? answer : 'ok';
    },
  };
}

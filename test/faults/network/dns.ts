/** Loaded into a core before it starts: while a file is there, no name leads anywhere. */
import dns from 'node:dns';
import { existsSync } from 'node:fs';

const file = process.env['CAREKEEP_FAULTS_NO_NAMES'];
const lookup = dns.lookup;

type Told = (error: NodeJS.ErrnoException) => void;

function lost(...given: readonly unknown[]): boolean {
  const told = given.at(-1);
  if (file === undefined || !existsSync(file) || typeof told !== 'function') return false;
  const error: NodeJS.ErrnoException = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  setImmediate(() => (told as Told)(error));
  return true;
}

const guarded = (...given: Parameters<typeof lookup>): void => {
  if (!lost(...given)) lookup(...given);
};
Object.assign(dns, { lookup: Object.assign(guarded, { __promisify__: lookup.__promisify__ }) });

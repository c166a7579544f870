/** Where the command line finds folder and database. */
import { resolve } from 'node:path';
import type { DatabaseUrls } from '../database.ts';
import { SetupError } from '../store/setup-error.ts';

export type Print = (line: string) => void;

export const folderOf = (given: string | undefined): string => resolve(given ?? 'backend-data');

/**
 * `DATABASE_URL` as the service's role, `DATABASE_OWNER_URL` as the role that owns the tables; null: the embedded one.
 * @throws SetupError where one of them is missing
 */
export function urlsOf(environment: Readonly<Record<string, string | undefined>>): DatabaseUrls | null {
  const { DATABASE_URL: service = '', DATABASE_OWNER_URL: owner = '' } = environment;
  if (service === '' && owner === '') return null;
  if (service === '' || owner === '') {
    throw new SetupError('settings-unreadable', 'DATABASE_URL (service) and DATABASE_OWNER_URL (owner) go together');
  }
  return { service, owner };
}

/** PostgreSQL refuses to run as root: then it gets the system's account `postgres`, which is made where there is none. */
import { execFileSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError } from '../store/setup-error.ts';

export type Account = { readonly uid: number; readonly gid: number };
const name = 'postgres';

/** @returns undefined where this process is not root, and PostgreSQL runs as it does */
export function accountFor(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = idOf('-u');
  if (found !== undefined) return { uid: found, gid: idOf('-g') ?? found };
  try {
    execFileSync('groupadd', ['--system', name], { stdio: 'ignore' });
    execFileSync('useradd', ['--system', '--gid', name, '--no-create-home', name], { stdio: 'ignore' });
  } catch {
    throw new SetupError('postgres-failed', `PostgreSQL cannot run as root, and the account ${name} could not be made`);
  }
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  if (uid === undefined || gid === undefined) throw new SetupError('postgres-failed', `no account ${name}`);
  return { uid, gid };
}

function idOf(which: '-u' | '-g'): number | undefined {
  try {
    return Number(execFileSync('id', [which, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined;
  }
}

/** @throws SetupError where the account could not get to the folder */
export function hand(folder: string, account: Account | undefined): void {
  if (account === undefined) return;
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    const { mode, uid } = statSync(above);
    if ((mode & 0o001) === 0 && uid !== account.uid) {
      throw new SetupError('folder-not-reachable', `the account ${name} cannot pass through ${above} (chmod o+x)`);
    }
  }
  chownSync(folder, account.uid, account.gid);
}

/** How a repository stands: what is published and until when, what waits for whom, what to look after. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyFile, bytesOf, type RootFile, standingOf, trustedOf } from './metadata.ts';
import { listOf, type Repository } from './repository.ts';
import { dayMs, type RoleName, roles, warningDays } from './roles.ts';
import { storedPath } from './target-path.ts';
import { megabytes, plain, share } from './words.ts';

export type Status = { readonly lines: readonly string[]; readonly warnings: readonly string[] };

function left(expires: string, now: number): string {
  const days = Math.floor((Date.parse(expires) - now) / dayMs);
  return days < 0 ? `EXPIRED on ${expires}` : `${days} day${days === 1 ? '' : 's'} left`;
}

function signers(root: RootFile, role: RoleName, file: AnyFile): string {
  const { signed, threshold } = standingOf(root, role, file);
  const owners = new Map(trustedOf(root)[role].keys.map(({ keyId, owner }) => [keyId, owner]));
  const by = signed.map((keyId) => `${plain(owners.get(keyId) ?? '')} (${keyId.slice(0, 8)})`).join(', ');
  return `${signed.length} of ${threshold} signatures${by === '' ? '' : `: ${by}`}`;
}

/** Pure but for asking whether files are there. */
export function statusOf({ folder, published, pending }: Repository, now: number): Status {
  const lines: string[] = [];
  const warnings: string[] = [];
  const chain = published?.chain ?? null;
  if (published === null || chain === null) lines.push('Nothing is published yet.');
  else {
    const files: Readonly<Record<RoleName, AnyFile>> = { root: published.root, ...chain };
    lines.push('Published:');
    for (const role of roles) {
      const { signed } = files[role];
      lines.push(`  ${role.padEnd(9)} number ${signed.version}, ${left(signed.expires, now)}`);
      const rest = Date.parse(signed.expires) - now;
      if (rest <= 0) warnings.push(`${role} has expired: workstations refuse to update.`);
      else if (rest < warningDays[role] * dayMs)
        warnings.push(
          `${role} ends in less than ${warningDays[role] === 1 ? 'a day' : `${warningDays[role]} days`}: sign it anew.`,
        );
    }
    const trusted = trustedOf(published.root);
    for (const role of roles) {
      const { keys, threshold } = trusted[role];
      lines.push(
        `  ${role}: ${threshold} of ${keys.length}: ${keys.map(({ keyId, owner }) => `${plain(owner)} (${keyId.slice(0, 8)})`).join(', ')}`,
      );
      if ((role === 'root' || role === 'targets') && keys.length === threshold) {
        warnings.push(`Every key for ${role} is needed to sign: losing one ends updates. Add another.`);
      }
    }
    lines.push('Packages:');
    const list = Object.entries(listOf(chain.targets));
    if (list.length === 0) lines.push('  none');
    for (const [path, { length, custom, sha512 }] of list) {
      lines.push(
        `  ${plain(path)}`,
        `      ${custom.version}, ${megabytes(length)}, ${share(custom.rings)}; required below ${custom.minimumVersion}`,
      );
      if (!existsSync(join(folder, 'targets', storedPath(path, sha512))))
        warnings.push(`The file of ${plain(path)} is missing.`);
    }
  }
  const unfinished =
    published !== null && pending.root !== null && bytesOf(pending.root).equals(bytesOf(published.root));
  if (unfinished) warnings.push('A publish was cut short: run "publish" again.');
  else if (pending.root !== null) {
    const { root } = pending;
    lines.push(`Waiting: root number ${root.signed.version}`, `  ${signers(root, 'root', root)}`);
    if (published !== null)
      lines.push(`  by the keys of root ${published.root.signed.version}: ${signers(published.root, 'root', root)}`);
  }
  const judge = pending.root ?? published?.root;
  if (pending.targets !== null && judge !== undefined) {
    const { targets } = pending;
    lines.push(`Waiting: list of packages number ${targets.signed.version}`, `  ${signers(judge, 'targets', targets)}`);
  }
  return { lines, warnings };
}

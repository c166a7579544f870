/** A repository in a folder of its own with everybody's keys in one memory, and packages of a few bytes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addTarget, type Package } from '../../../resources/release/add.ts';
import { initRepository } from '../../../resources/release/init.ts';
import { type KeySet, makeKeys } from '../../../resources/release/key.ts';
import { publish } from '../../../resources/release/publish.ts';
import type { OfflineRole, RoleName } from '../../../resources/release/roles.ts';
import { sign } from '../../../resources/release/sign.ts';
import { randomBytes } from '../../../src-main/core/crypto/random.ts';

export const notes = { en: 'Better.', de: 'Besser.', fr: 'Mieux.', es: 'Mejor.' };

export const aPackage = (version: string, more: Partial<Package> = {}): Package => ({
  version,
  arch: 'x64',
  channel: 'stable',
  rings: { pilot: 100, everyone: 0 },
  minimumVersion: '1.0.0',
  notes,
  ...more,
});

export type Trial = {
  readonly base: string;
  readonly folder: string;
  readonly keys: KeySet;
  now(): number;
  /** A file beside the repository. */
  file(name: string, bytes?: string): string;
  add(version: string, more?: Partial<Package>): Promise<string>;
  sign(role: OfflineRole, which?: readonly number[]): void;
  publish(): ReturnType<typeof publish>;
  remove(): void;
};

export const publicHalves = (keys: KeySet) => {
  const of = (role: RoleName) => keys[role].map((key) => key.publicKey);
  return { root: of('root'), targets: of('targets'), snapshot: of('snapshot'), timestamp: of('timestamp') };
};

/** `init` done, nothing signed. */
export function newTrial(now: () => number = Date.now): Trial {
  const base = mkdtempSync(join(tmpdir(), 'carekeep-release-'));
  const folder = join(base, 'repository');
  const keys = makeKeys(randomBytes);
  initRepository({ folder, keys: publicHalves(keys), now: now() });
  const file = (name: string, bytes = name): string => {
    mkdirSync(join(base, 'files'), { recursive: true });
    const path = join(base, 'files', name);
    writeFileSync(path, bytes);
    return path;
  };
  return {
    base,
    folder,
    keys,
    now,
    file,
    add: async (version, more) => {
      const from = file(`carekeep-${version}.deb`);
      return (await addTarget({ folder, file: from, package: aPackage(version, more), now: now() })).path;
    },
    sign: (role, which = [0, 1]) => {
      sign({ folder, role, keys: which.flatMap((at) => keys[role].slice(at, at + 1)) });
    },
    publish: () => publish({ folder, keys: [...keys.snapshot, ...keys.timestamp], now: now() }),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** `init`, one package, signed by two of three, published. */
export async function publishedTrial(now?: () => number): Promise<Trial> {
  const trial = newTrial(now);
  await trial.add('1.1.0');
  trial.sign('root');
  trial.sign('targets');
  await trial.publish();
  return trial;
}

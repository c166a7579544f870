/** A workstation as far as updates go: its folder of metadata, its keychain, and what it is. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckOptions, type CheckOutcome, check, type Here, type Source } from '../../../src-main/update/check.ts';
import { Refused } from '../../../src-main/update/refusals.ts';
import type { UpdateTrust } from '../../../src-shared/updates/state.ts';
import type { TestRepository } from './repository.ts';

export const here: Here = {
  version: '1.0.0',
  platform: 'linux',
  arch: 'x64',
  channel: 'stable',
  ring: 'everyone',
  package: 'deb',
  deviceId: '0198c0de-0000-7000-8000-000000000001',
  failed: [],
};

export type Held = Extract<CheckOutcome, { ok: true }>;

export class Workstation {
  readonly folder: string;
  trust: UpdateTrust | null = null;
  here: Here = here;
  lastGood: number | null = null;
  anchor: Buffer;
  anchorFrom: 'policy' | 'package' = 'package';
  now: () => number = Date.now;

  constructor(anchor: Buffer, root = tmpdir()) {
    this.anchor = anchor;
    this.folder = mkdtempSync(join(root, 'carekeep-update-'));
  }

  get metadata(): string {
    return join(this.folder, 'metadata');
  }

  options(source: Source, signal: AbortSignal = new AbortController().signal): CheckOptions {
    const { trust, metadata, lastGood, now } = this;
    const anchor = { bytes: this.anchor, from: this.anchorFrom };
    return { source, anchor, trust, metadata, here: this.here, lastGood, now, signal };
  }

  check(source: Source, signal?: AbortSignal): Promise<CheckOutcome> {
    return check(this.options(source, signal));
  }

  /** A check that holds, and is believed from then on. */
  async accept(source: Source): Promise<Held> {
    const outcome = await this.check(source);
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.refusal);
    await outcome.commit();
    this.trust = outcome.trust;
    return outcome;
  }

  /** Everything that a refused check must leave as it was. */
  state(): string {
    const files = existsSync(this.metadata) ? readdirSync(this.metadata).sort() : [];
    const contents = files.map((file) => [file, readFileSync(join(this.metadata, file), 'base64')]);
    return JSON.stringify([this.trust, contents, readdirSync(this.folder).sort()]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The repository itself as a source, without any transport. */
export function memorySource(repository: Pick<TestRepository, 'files'>): Source {
  const bytesOf = async (path: string): Promise<Buffer> => {
    const bytes = repository.files.get(path);
    if (bytes === undefined) throw new Refused('missing');
    return bytes;
  };
  return {
    kind: 'folder',
    read: bytesOf,
    async *open(path, from) {
      yield (await bytesOf(path)).subarray(from);
    },
    close: async () => undefined,
  };
}

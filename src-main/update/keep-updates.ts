/**
 * The updater as the start knows it: nothing of it is loaded before the page is up, unless a new version is on trial.
 * Core's messages wait for it, in order.
 */
import type { Policy } from '../../src-shared/policy/policy.ts';
import type { ShellToCore } from '../../src-shared/wire.ts';
import type { CoreUpdateMessage } from '../bridge/update-messages.ts';
import { logFault } from '../logs/log.ts';
import type { UpdateStart } from './at-start.ts';
import type { UpdateOffice } from './office.ts';
import { packageKind } from './package-kind.ts';

export type UpdateParts = {
  readonly profile: string;
  readonly version: string;
  readonly start: UpdateStart;
  readonly policy: Policy;
  /** Of the package; null when started from its sources. */
  readonly resources: string | null;
  readonly send: (message: ShellToCore) => void;
  readonly leave: () => Promise<void>;
  readonly freshCore: () => void;
  readonly relaunch: (path?: string) => void;
  readonly quit: () => void;
  readonly resolveProxy: (url: string) => Promise<string>;
};

export type Updates = {
  readonly heard: (message: CoreUpdateMessage) => void;
  readonly pageUp: () => void;
  /** Core cannot be kept alive. @returns whether the version before comes back for it */
  readonly coreLost: () => boolean;
  /** A core that starts now must prove this version first. */
  readonly onTrial: () => boolean;
};

/** After the page is up: the person comes first. Milliseconds. */
const loadAfter = 1_500;

/** A folder that stands in for a package's resources: `--stand-in-package`, which the packaged application never asks for. */
export function standInArgument(argv: readonly string[]): string | null {
  const flag = '--stand-in-package=';
  return argv.find((argument) => argument.startsWith(flag))?.slice(flag.length) ?? null;
}

export function keepUpdates(parts: UpdateParts): Updates {
  const { profile, version, start, resources, relaunch, quit } = parts;
  let office: UpdateOffice | undefined;
  let loading = false;
  let pageIsUp = false;
  const waiting: CoreUpdateMessage[] = [];

  async function load(): Promise<void> {
    const { UpdateOffice: Office } = await import('./office.ts');
    const { platform, execPath, env } = process;
    const kind = resources === null ? null : packageKind({ platform, execPath, resources, environment: env });
    office = new Office({ ...parts, kind, app: { profile, version, relaunch, quit } });
    for (const message of waiting.splice(0)) office.heard(message);
    office.watchPage();
    if (pageIsUp) office.pageUp();
  }

  function begin(): void {
    if (loading) return;
    loading = true;
    load().catch((error: unknown) => logFault('updates', error));
  }

  if (start.trial !== null) begin();
  return {
    heard: (message) => {
      if (office === undefined) waiting.push(message);
      else office.heard(message);
    },
    pageUp: () => {
      pageIsUp = true;
      if (office !== undefined) office.pageUp();
      else if (!loading) setTimeout(begin, loadAfter).unref();
    },
    coreLost: () => office?.coreLost() ?? false,
    onTrial: () => start.trial !== null && office?.onTrial !== false,
  };
}

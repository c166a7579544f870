/** Starts the built application for a test: in Electron where its binary is, else in the Chromium host. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import type { HostCommand, HostReport } from '../host/control-wire.ts';
import { launchInChromium } from './chromium-app.ts';
import { launchInElectron } from './electron-app.ts';

export type LaunchOptions = {
  /** Profile folder, absolute. */
  readonly profile: string;
  /** Added to this process's environment, e.g. a keyring's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** More arguments for the application. */
  readonly args?: readonly string[];
  /** Another core instead of the built one (Chromium host only). */
  readonly core?: string;
  /** Folder of the built bundles: `main/index.js`, `preload/`, `renderer/`. Default: `out`. */
  readonly bundle?: string;
};

export type AppUnderTest = {
  readonly host: 'electron' | 'chromium';
  /** The page of the window that is shown now, once its preload has run. Ask again after a lock. */
  readonly page: () => Promise<Page>;
  /** How many windows have been shown so far. */
  readonly windowCount: () => number;
  /** Resolves when more than `after` windows have been shown. */
  readonly nextWindow: (after: number) => Promise<void>;
  /** Process ids of all cores so far, the living one last. */
  readonly corePids: () => Promise<readonly number[]>;
  /** The newest core's process id, once there have been more than `after`. */
  readonly nextCore: (after: number) => Promise<number>;
  readonly rendererPids: () => Promise<readonly number[]>;
  /** Would the page be granted this permission? */
  readonly permission: (permission: string) => Promise<boolean>;
  /** Answers of the next file dialogs, in order; an empty one cancels. */
  readonly answerDialogs: (...answers: readonly (readonly string[])[]) => Promise<void>;
  readonly power: (event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen') => Promise<void>;
  readonly setSystemIdle: (seconds: number) => Promise<void>;
  readonly errorBoxes: () => Promise<readonly { readonly title: string; readonly text: string }[]>;
  /** Asks the Chromium host itself; Electron has nobody to ask. */
  readonly command: (command: HostCommand) => Promise<unknown>;
  /** What the Chromium host has told so far: addresses opened, questions asked. */
  readonly reports: () => readonly HostReport[];
  /** Everything the application has printed. */
  readonly log: () => string;
  /** The exit code, once it has ended. */
  readonly exit: Promise<number>;
  /** SIGKILL to the whole application: a power cut. */
  readonly kill: () => Promise<void>;
  /** Quits the way a person does. */
  readonly close: () => Promise<void>;
};

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where Electron's binary is; undefined where it was never downloaded. */
export function electronBinary(): string | undefined {
  const folder = `${root}node_modules/electron`;
  const named = existsSync(`${folder}/path.txt`) ? readFileSync(`${folder}/path.txt`, 'utf8').trim() : '';
  const binary = `${folder}/dist/${named}`;
  return named !== '' && existsSync(binary) ? binary : undefined;
}

export function launchApp(options: LaunchOptions): Promise<AppUnderTest> {
  const main = `${options.bundle ?? `${root}out`}/main/index.js`;
  const electron =
    options.core === undefined && process.env['CAREKEEP_HOST'] !== 'chromium' ? electronBinary() : undefined;
  return electron === undefined ? launchInChromium(options, main) : launchInElectron(options, main, electron);
}

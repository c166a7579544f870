/**
 * Keeps exactly one core alive and takes it away at a lock: flush (at most 500 ms), SIGKILL, exit awaited, the
 * renderer replaced, a fresh core started at once. At a veil only the renderer is replaced. A core that dies by itself goes the same way, a bounded number of
 * times. Everything outside (processes, windows, clock) comes in, so that tests drive it.
 */
import type { CoreToShell, LockReason, ShellToCore } from '../../src-shared/wire.ts';
import { log } from '../logs/log.ts';
import { tooMany } from './bounded.ts';
import type { CoreEnd } from './shell-log.ts';
import type { CoreUpdateMessage } from './update-messages.ts';

/** Longest that a lock waits for core to say that drafts and checkpoint are on disk, in milliseconds. */
export const flushLimit = 500;
const lossLimit = 3;
const lossWindow = 10_000;

export type Core<Port> = {
  readonly send: (message: ShellToCore, port?: Port) => void;
  /** SIGKILL; resolves when the operating system has reported the exit. */
  readonly kill: () => Promise<void>;
};

export type KeeperParts<Port> = {
  readonly start: (heard: (message: CoreToShell) => void, ended: (end: CoreEnd) => void) => Core<Port>;
  /** Shows a fresh renderer in place of the old one. */
  readonly replaceWindow: () => void;
  readonly showDialog: (message: CoreToShell & { kind: 'dialog' }) => Promise<readonly string[]>;
  /** Somebody asked for the clinic's help page. */
  readonly openHelp: () => void;
  /** What was just copied on purpose is to be off the clipboard after so many seconds. */
  readonly clearClipboard: (after: number) => void;
  /** Core says something about updates. */
  readonly update: (message: CoreUpdateMessage) => void;
  /** Another core holds the profile. */
  readonly profileInUse: () => void;
  /** Core ended and nobody had ended it: what is known of that, before anything else happens. */
  readonly lost: (end: CoreEnd) => void;
  /** Core cannot be kept alive. */
  readonly giveUp: () => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
};

export type Keeper<Port> = {
  readonly send: (message: ShellToCore, port?: Port) => void;
  readonly lock: (reason: LockReason) => Promise<void>;
  /** Flushes and kills for good. */
  readonly stop: () => Promise<void>;
};

export function keepCore<Port>(parts: KeeperParts<Port>): Keeper<Port> {
  const lossesAreTooMany = tooMany(lossLimit, lossWindow, parts.now);
  let stopped = false;
  let ending: Promise<void> | undefined;
  let tokens = 0;
  let flushed: { readonly token: number; readonly done: () => void } | undefined;
  let core = startOne();

  function startOne(): Core<Port> {
    const one = parts.start(
      (message) => {
        if (core === one) hear(one, message);
      },
      (end) => {
        flushed?.done();
        if (core === one && ending === undefined && !stopped) lost(end);
      },
    );
    return one;
  }

  function hear(one: Core<Port>, message: CoreToShell): void {
    switch (message.kind) {
      case 'ready':
        return;
      case 'profile-in-use':
        stopped = true;
        parts.profileInUse();
        return;
      case 'veil':
        veil();
        return;
      case 'lock':
        void lock(message.reason);
        return;
      case 'flushed':
        if (flushed?.token === message.token) flushed.done();
        return;
      case 'dialog':
        void answer(one, message);
        return;
      case 'open-help':
        parts.openHelp();
        return;
      case 'update-trust':
      case 'update-check':
      case 'update-bundle':
      case 'update-install':
      case 'update-prepared':
      case 'self-check':
        parts.update(message);
        return;
      case 'clipboard-clear':
        parts.clearClipboard(message.after);
        return;
    }
  }

  async function answer(one: Core<Port>, message: CoreToShell & { kind: 'dialog' }): Promise<void> {
    let paths: readonly string[] = [];
    try {
      paths = await parts.showDialog(message);
    } catch {
      log('dialog-failed', {}); // core hears what it hears of a cancelled one
    }
    // a fresh core knows nothing of the dialogs of the one before
    if (core === one) one.send({ kind: 'dialog-result', dialog: message.dialog, paths });
  }

  /** Asks for a flush and waits for the answer, the exit or the limit, whichever is first. */
  async function flush(): Promise<void> {
    tokens += 1;
    const token = tokens;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, flushLimit);
      flushed = {
        token,
        done: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      core.send({ kind: 'flush', token });
    });
    flushed = undefined;
  }

  async function end(restart: boolean): Promise<void> {
    await flush();
    await core.kill();
    if (restart && !stopped) {
      core = startOne();
      parts.replaceWindow();
    }
  }

  function lock(reason: LockReason): Promise<void> {
    if (stopped || ending !== undefined) return ending ?? Promise.resolve();
    // core journals why it locks; it asked itself for all other reasons
    if (reason === 'suspend') core.send({ kind: 'power', event: 'suspend' });
    if (reason === 'screen-lock') core.send({ kind: 'power', event: 'lock-screen' });
    const began = parts.now();
    ending = end(true).finally(() => {
      log('core-locked', { reason, milliseconds: parts.now() - began });
      ending = undefined;
    });
    return ending;
  }

  /** Core lives on; only the renderer is replaced. A lock under way replaces it anyway, with all else. */
  function veil(): void {
    if (ending === undefined && !stopped) parts.replaceWindow();
  }

  function lost(end: CoreEnd): void {
    parts.lost(end);
    if (lossesAreTooMany()) {
      stopped = true;
      parts.giveUp();
      return;
    }
    core = startOne();
    parts.replaceWindow();
  }

  return {
    send: (message, port) => core.send(message, port),
    lock,
    stop: async () => {
      if (ending !== undefined) await ending;
      if (stopped) return;
      stopped = true;
      await end(false);
    },
  };
}

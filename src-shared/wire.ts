/**
 * What travels between the processes, besides the contract itself.
 *
 * renderer ⇄ core: over one MessagePort per document, handed over by main.
 * main ⇄ core: over the utility process's parentPort; never a password, a key or a patient's data.
 */

import type { ErrorValue } from './contract/errors.ts';
import type { CoreEvent } from './contract/events.ts';
import type { SelfCheckFailure, UpdateState, UpdateTrust } from './updates/state.ts';

/** renderer → core */
export type CallMessage = { readonly id: number; readonly procedure: string; readonly input: unknown };

/** core → renderer: the answer to one call, or an event from the closed list. */
export type ReplyMessage =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorValue };
export type PortMessage = ReplyMessage | CoreEvent;

export type LockReason = 'user' | 'idle' | 'suspend' | 'screen-lock' | 'core-lost' | 'wrong-pin';

/** What core may ask main to show. Paths come back to core only, never to the renderer. */
export type DialogRequest =
  | {
      readonly type: 'open';
      readonly title: string;
      readonly multiple: boolean;
      readonly filters: readonly FileFilter[];
    }
  | {
      readonly type: 'save';
      readonly title: string;
      readonly defaultName: string;
      readonly filters: readonly FileFilter[];
    };
export type FileFilter = { readonly name: string; readonly extensions: readonly string[] };

/** main → core. `port` carries one MessagePort beside it. */
export type ShellToCore =
  | { readonly kind: 'port'; readonly document: number }
  | { readonly kind: 'document-gone'; readonly document: number }
  | { readonly kind: 'power'; readonly event: 'suspend' | 'lock-screen' }
  | { readonly kind: 'system-idle'; readonly seconds: number }
  /** Lock is coming: flush drafts, checkpoint, answer `flushed` with the same token. */
  | { readonly kind: 'flush'; readonly token: number }
  | { readonly kind: 'dialog-result'; readonly dialog: number; readonly paths: readonly string[] }
  /** How updates stand; sent at each change and once to every fresh core. */
  | { readonly kind: 'update-state'; readonly state: UpdateState }
  /** A check held: what is trusted from now on, for the keychain. Core answers `update-trust`. */
  | { readonly kind: 'update-trusted'; readonly trust: UpdateTrust; readonly anchored: boolean }
  /** Sign everybody out, close, copy to `before`: core answers `update-prepared` and does nothing more. */
  | { readonly kind: 'update-prepare'; readonly from: string; readonly to: string }
  /**
   * This start is one of the first of a new version: run the unattended half, then the other at the first sign-in.
   * `failure`: it has failed already, nobody works in it.
   */
  | {
      readonly kind: 'update-trial';
      readonly from: string;
      readonly to: string;
      readonly failure: SelfCheckFailure | null;
    }
  /** An update ended, for the log. */
  | {
      readonly kind: 'update-ended';
      readonly outcome: 'kept' | 'fell-back';
      readonly from: string;
      readonly to: string;
    }
  /** The validating child that core asked for, with the port that leads to it. */
  | { readonly kind: 'validator'; readonly child: number }
  | { readonly kind: 'validator-gone'; readonly child: number };

/** core → main */
export type CoreToShell =
  | { readonly kind: 'ready' }
  /** Another core holds this profile: main tells the user and quits. */
  | { readonly kind: 'profile-in-use' }
  /** core asks main to lock: main sends `flush`, waits at most 500 ms, kills, replaces. */
  | { readonly kind: 'lock'; readonly reason: LockReason }
  | { readonly kind: 'flushed'; readonly token: number }
  /** A session waits for its PIN: main shows a fresh renderer, core lives on. */
  | { readonly kind: 'veil' }
  | { readonly kind: 'dialog'; readonly dialog: number; readonly request: DialogRequest }
  /** What the keychain has: sent once to main at core's start and after each `update-trusted`. */
  | {
      readonly kind: 'update-trust';
      readonly trust: UpdateTrust | null;
      readonly deviceId: string;
      /** False: the keychain or the key file cannot be read; updates rest. */
      readonly readable: boolean;
    }
  | { readonly kind: 'update-check' }
  | { readonly kind: 'update-bundle'; readonly path: string }
  | { readonly kind: 'update-install'; readonly version: string }
  | { readonly kind: 'update-prepared'; readonly failure: 'disk-full' | 'not-writable' | 'busy' | 'damaged' | null }
  | { readonly kind: 'self-check'; readonly half: 'start' | 'open'; readonly failure: SelfCheckFailure | null }
  /** The person asked for the clinic's own help page; the address is the policy's, read by main itself. */
  | { readonly kind: 'open-help' }
  /** Something was copied on purpose: take it off the clipboard after so many seconds. */
  | { readonly kind: 'clipboard-clear'; readonly after: number }
  /** Starts or kills a validating child: core may not start processes of its own in Electron. Paths go through its port. */
  | { readonly kind: 'validator-start'; readonly child: number }
  | { readonly kind: 'validator-stop'; readonly child: number };

/** main → the command line of the packaged application (`--ctl`), which asks for its standard input with `'ctl-input'`. */
export type ShellToCtl =
  | { readonly kind: 'ctl-input'; readonly bytes: Uint8Array }
  | { readonly kind: 'ctl-input-end' };

/**
 * What travels between the processes, besides the contract itself.
 *
 * renderer ⇄ core: over one MessagePort per document, handed over by main.
 * main ⇄ core: over the utility process's parentPort; never a password, a key or a patient's data.
 */

import type { ErrorValue } from './contract/errors.ts';
import type { CoreEvent } from './contract/events.ts';

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
  | { readonly kind: 'dialog-result'; readonly dialog: number; readonly paths: readonly string[] };

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
  | { readonly kind: 'dialog'; readonly dialog: number; readonly request: DialogRequest };

/** Parses what core says to the shell. Anything else is a broken core, and is treated as one. */
import type { CoreToShell, DialogRequest, FileFilter, LockReason } from '../../src-shared/wire.ts';
import { parseUpdateMessage } from './update-messages.ts';

type Fields = Readonly<Record<string, unknown>>;
const lockReasons: Readonly<Record<LockReason, true>> = {
  user: true,
  idle: true,
  suspend: true,
  'screen-lock': true,
  'core-lost': true,
  'wrong-pin': true,
};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLockReason(value: unknown): value is LockReason {
  return typeof value === 'string' && Object.hasOwn(lockReasons, value);
}

/** Seconds; a copy must not stay for long, and a clock must not be wound back to nothing. */
function isClearing(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 300;
}

function isFilter(value: unknown): value is FileFilter {
  if (!isFields(value)) return false;
  const { name, extensions } = value;
  return typeof name === 'string' && Array.isArray(extensions) && extensions.every((one) => typeof one === 'string');
}

function parseDialog(value: unknown): DialogRequest | undefined {
  if (!isFields(value)) return undefined;
  const { type, title, multiple, defaultName, filters } = value;
  if (typeof title !== 'string' || !Array.isArray(filters) || !filters.every(isFilter)) return undefined;
  if (type === 'open' && typeof multiple === 'boolean') return { type, title, multiple, filters };
  if (type === 'save' && typeof defaultName === 'string') return { type, title, defaultName, filters };
  return undefined;
}

export function parseCoreMessage(value: unknown): CoreToShell | undefined {
  if (!isFields(value)) return undefined;
  const { kind, reason, token, dialog, child } = value;
  if (kind === 'ready' || kind === 'profile-in-use' || kind === 'veil' || kind === 'open-help') return { kind };
  if (kind === 'lock' && isLockReason(reason)) return { kind, reason };
  if (kind === 'flushed' && typeof token === 'number') return { kind, token };
  if ((kind === 'validator-start' || kind === 'validator-stop') && typeof child === 'number') return { kind, child };
  if (kind === 'clipboard-clear' && isClearing(value['after'])) return { kind, after: value['after'] };
  if (kind === 'dialog' && typeof dialog === 'number') {
    const request = parseDialog(value['request']);
    return request === undefined ? undefined : { kind, dialog, request };
  }
  return parseUpdateMessage(value);
}

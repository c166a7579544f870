/**
 * The closed list of what a log may say: each event with its fields, each field with its type. What is not here does
 * not leave: no free text, no path, no message of an error. docs/protocols/logs.md says it for people.
 */
import { startStates } from '../../src-shared/contract/app.ts';
import type { ProcedureName } from '../../src-shared/contract/index.ts';
import { errorNames, referencePattern, stopParts } from '../../src-shared/contract/stops.ts';
import { policySources } from '../../src-shared/policy/policy.ts';
import { updateRefusals, updateState } from '../../src-shared/updates/state.ts';
import { faultCodes, wheres } from './codes.ts';
import { Place } from './place.ts';

/** What the contract says of procedures' names; handed in, because main knows no contract. */
export type Vocabulary = { readonly procedures: (name: string) => boolean };
export const noProcedures: Vocabulary = { procedures: () => false };

type Written = string | number | boolean;
/** Answers what may stand in the line for a value, undefined where the value does not fit. */
type Field<T> = { (value: unknown, words: Vocabulary): Written | undefined; readonly of?: T };

function oneOf<const T extends string>(values: readonly T[]): Field<T> {
  const all: ReadonlySet<unknown> = new Set(values);
  return (value) => (typeof value === 'string' && all.has(value) ? value : undefined);
}
function matching(pattern: RegExp): Field<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
}
function whole(least: number, most: number): Field<number> {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;
}

const count = whole(0, Number.MAX_SAFE_INTEGER);
/** Milliseconds, rounded. */
const duration: Field<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
/** Of a process: 32 bits, signed or not. */
const exitCode = whole(-(2 ** 31), 2 ** 32);
const yesOrNo: Field<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
/** `1.2.3`, with `-beta.4` at most. */
const version = matching(/^\d{1,5}(?:\.\d{1,5}){0,3}(?:-(?:alpha|beta|rc|dev)\.\d{1,4})?$/);
const part = oneOf(stopParts);
const name = oneOf(errorNames);
const code: Field<string> = (value) => (typeof value === 'string' && faultCodes.has(value) ? value : undefined);
const at: Field<Place> = Place.written;
const reference = matching(referencePattern);

type Where = (typeof wheres)[number] | ProcedureName;
const ownWheres = oneOf(wheres);
const where: Field<Where> = (value, words) =>
  ownWheres(value, words) ?? (typeof value === 'string' && words.procedures(value) ? value : undefined);

const crashKinds = ['exception', 'rejection', 'drawing', 'ended', 'gave-up'] as const;
const platform = oneOf([
  'aix',
  'haiku',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openbsd',
  'sunos',
  'win32',
  'cygwin',
  'netbsd',
]);
const arch = oneOf(['arm', 'arm64', 'ia32', 'loong64', 'mips', 'mipsel', 'ppc64', 'riscv64', 's390x', 'x64']);
const machine = { version, electron: version, chrome: version, node: version, platform, arch, system: version };

/** Electron's words for why a process went. */
export const goneReasons = [
  'clean-exit',
  'abnormal-exit',
  'killed',
  'crashed',
  'oom',
  'launch-failed',
  'integrity-failure',
] as const;
const gateAnswers = ['not-our-window', 'frame-gone', 'not-top-frame', 'not-our-page', 'asked-twice'] as const;
const lockReasons = ['user', 'idle', 'suspend', 'screen-lock', 'core-lost', 'wrong-pin'] as const;
const signals = [
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGKILL',
  'SIGQUIT',
  'SIGSEGV',
  'SIGTERM',
  'SIGTRAP',
  'SIGSYS',
] as const;

export const events = {
  /** A process began. */
  started: { level: 'info', fields: machine },
  /** Something broke that nobody can be blamed for, and the process goes on. */
  fault: { level: 'error', fields: { where, name, code, at } },
  /** A process, a thread or a screen stopped; a crash report of this reference lies beside. */
  crash: {
    level: 'fatal',
    fields: {
      reference,
      part,
      kind: oneOf(crashKinds),
      name,
      code,
      at,
      exitCode,
      signal: oneOf(signals),
      reason: oneOf(goneReasons),
      /** Seconds that the process had run. */
      uptime: count,
      /** How often the same part stopped within ten minutes, this time included. */
      inARow: count,
      process: count,
      ...machine,
    },
  },
  'core-started': { level: 'info', fields: {} },
  'core-locked': { level: 'info', fields: { reason: oneOf(lockReasons), milliseconds: duration } },
  'core-not-understood': { level: 'warn', fields: {} },
  'start-state': { level: 'info', fields: { state: oneOf(startStates) } },
  'database-opened': { level: 'info', fields: { milliseconds: duration, migrations: count } },
  'dialog-failed': { level: 'warn', fields: {} },
  'port-refused': { level: 'warn', fields: { answer: oneOf(gateAnswers) } },
  'screen-unresponsive': { level: 'warn', fields: {} },
  'help-not-opened': { level: 'warn', fields: {} },
  'input-unreadable': { level: 'warn', fields: {} },
  'proxy-not-set': { level: 'error', fields: {} },
  'page-not-loaded': { level: 'error', fields: { code } },
  'start-refused': {
    level: 'error',
    fields: { why: oneOf(['settings', 'switches', 'profile-in-use', 'gave-up']), settings: count },
  },
  'policy-read': { level: 'info', fields: { source: oneOf(policySources), settings: count, problems: count } },
  'update-checked': {
    level: 'info',
    fields: {
      source: oneOf(['https', 'folder', 'bundle']),
      refusal: oneOf(updateRefusals),
      found: version,
      milliseconds: duration,
    },
  },
  'update-step': {
    level: 'info',
    fields: { phase: oneOf(updateState.shape.phase.options), from: version, to: version },
  },
  'diagnostics-made': { level: 'info', fields: { bytes: count, milliseconds: duration } },
  /** The disk took no lines for a while, or there were too many. */
  'lines-lost': { level: 'warn', fields: { lines: count, full: yesOrNo } },
} as const satisfies Record<
  string,
  { readonly level: 'info' | 'warn' | 'error' | 'fatal'; readonly fields: Readonly<Record<string, Field<unknown>>> }
>;

export type EventName = keyof typeof events;
export type Level = (typeof events)[EventName]['level'];
type ValueOf<F> = F extends Field<infer T> ? T : never;
export type FieldsOf<E extends EventName> = {
  readonly [N in keyof (typeof events)[E]['fields']]?: ValueOf<(typeof events)[E]['fields'][N]> | undefined;
};

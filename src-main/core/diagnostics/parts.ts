/**
 * What a diagnostics file says of this workstation: codes, counts, versions and times. Each line is written here word by
 * word; nothing of a record, no name, no path and no message gets in, because nothing that holds one is asked.
 */
import { availableParallelism, freemem, totalmem } from 'node:os';
import { type DiagnosticPart, diagnosticParts } from '../../../src-shared/contract/diagnostics.ts';
import { policySchema } from '../../../src-shared/policy/policy.ts';
import { openFolder, packaged } from '../../logs/log.ts';
import { machineOf } from '../../logs/machine.ts';
import type { Core } from '../core.ts';
import { readCertificate } from '../crypto/certificate.ts';
import { weakKeychain } from '../start/weak-keychain.ts';
import { newestVersion } from '../store/migrations/index.ts';
import type { Store } from '../store/open.ts';
import { version } from '../version.ts';
import { crashText, logText } from './log-text.ts';
import { bytesFree, profileFiles } from './profile-files.ts';

type Value = string | number | boolean | null | undefined;
type Lines = readonly (readonly [name: string, value: Value])[];
export type Part = { readonly part: DiagnosticPart; readonly text: string };

const written = (lines: Lines): string => lines.map(([name, value]) => `${name}: ${value ?? '-'}`).join('\n');
const when = (time: number | null | undefined): string | null =>
  typeof time === 'number' && Number.isFinite(time) && Math.abs(time) < 8.64e15 ? new Date(time).toISOString() : null;

/** In the order of the file; each with its heading, so that the file is nothing but these texts. */
export function partsOf(core: Core, now: number): readonly Part[] {
  const store = core.opened()?.store ?? null;
  const textOf: { readonly [P in DiagnosticPart]: () => string } = {
    application: () => written(application(now)),
    start: () => written(start(core)),
    policies: () => written(policies(core)),
    updates: () => written(updates(core)),
    files: () => written(filesOf(core)),
    database: () => written(store === null ? [['open', false]] : database(store)),
    keychain: () => written(keychain(core)),
    backend: () => written(backend(core)),
    checks: () => written(store === null ? [['database open', false]] : checks(core)),
    crashes: () => underFolder(crashText),
    logs: () => underFolder(logText),
  };
  return diagnosticParts.map((part) => ({ part, text: `== ${part} ==\n${quietly(core, textOf[part])}\n\n` }));
}

/** What is broken is what diagnostics are made for: one part that cannot be read does not keep the others back. */
function quietly(core: Core, text: () => string): string {
  try {
    return text();
  } catch (error) {
    core.report('diagnostics', error);
    return 'could not be read: the log says why';
  }
}

function underFolder(read: (folder: string) => string): string {
  const folder = openFolder();
  return folder === null ? 'no log is kept' : read(folder);
}

function application(now: number): Lines {
  return [
    ...Object.entries(machineOf(version)),
    ['packaged', packaged],
    ['time', when(now)],
    ['minutes from UTC', -new Date(now).getTimezoneOffset()],
    ['running for seconds', Math.round(process.uptime())],
    ['memory of core, bytes', process.memoryUsage.rss()],
    ['memory of the machine, bytes', totalmem()],
    ['memory free, bytes', freemem()],
    ['processors', availableParallelism()],
  ];
}

function start(core: Core): Lines {
  return [
    ['state', core.state()],
    ['sessions', core.presence.sessions().length],
    ['veiled', core.presence.veil.parked() !== null],
    ['maintenance', core.rotation.maintenance !== null],
  ];
}

const policyNames: ReadonlySet<string> = new Set(Object.keys(policySchema.shape));

function policies(core: Core): Lines {
  const { source, policy, problems } = core.policy;
  return [
    ['source', source],
    ['set', Object.keys(policy).join(', ') || 'none'],
    ...problems.map(
      ({ name, code }) => ['problem', `${policyNames.has(name) ? name : '(another name)'} ${code}`] as const,
    ),
  ];
}

function updates(core: Core): Lines {
  const { state } = core.updates;
  return [
    ['phase', state.phase],
    ['off because', state.off],
    ['offered', state.offer?.version],
    ['last check that held', when(state.lastGood)],
    ['last try', when(state.lastTry)],
    ['refused', state.refusal],
    ['source', state.source],
    ['channel', state.channel],
    ['ring', state.ring],
    ['fell back from', state.fellBackFrom],
  ];
}

function filesOf(core: Core): Lines {
  return [
    ...profileFiles(core.profile).map(({ name, files, bytes }) => [name, `${files} files, ${bytes} bytes`] as const),
    ['free on the disk, bytes', bytesFree(core.profile)],
  ];
}

/** As SQLite answers now, not as they were set. */
const settings = [
  'cipher',
  'legacy',
  'page_size',
  'page_count',
  'freelist_count',
  'journal_mode',
  'synchronous',
  'temp_store',
  'secure_delete',
  'trusted_schema',
  'cell_size_check',
  'foreign_keys',
  'cache_size',
  'user_version',
  'application_id',
] as const;

function database({ db, sql }: Store): Lines {
  const sqlite = sql<[], { v: string }>('select sqlite_version() v').get()?.v;
  return [
    ['open', true],
    ['newest migration known', newestVersion],
    ['SQLite', sqlite],
    ...settings.map((name) => [name, plain(db.pragma(name, { simple: true }))] as const),
  ];
}

const plain = (value: unknown): Value =>
  typeof value === 'number' || (typeof value === 'string' && /^[a-z0-9]{1,20}$/.test(value)) ? value : null;

function keychain(core: Core): Lines {
  const kinds: Readonly<Record<string, string>> = {
    linux: 'Secret Service',
    darwin: 'Keychain',
    win32: 'Credential Manager',
  };
  return [
    ['kind', kinds[process.platform] ?? 'unknown'],
    ['of the profile alone', weakKeychain()],
    ['trouble', core.state().startsWith('keychain-') ? core.state() : null],
  ];
}

function backend(core: Core): Lines {
  const pinned = core.state() === 'locked' ? core.vault.backend.get() : null;
  const standing = core.sync.standing();
  const certificate = pinned?.certificate ?? null;
  return [
    ['connected', pinned !== null],
    ['state', standing.state],
    ['problem', standing.problem],
    ['last contact', when(standing.lastContact)],
    ['changes that wait', standing.waiting],
    ['batches behind', standing.behind],
    ['set aside', standing.quarantined],
    ['certificate until', certificate === null ? null : when(readCertificate(certificate)?.notAfter)],
    ['clock ahead of this one, milliseconds', pinned === null ? null : core.connection.backend()?.http.clockDifference],
  ];
}

function checks(core: Core): Lines {
  const verdict = core.verification.last();
  const { last, running, due } = core.scrub.status();
  return [
    ['verification running', core.verification.running],
    ['verified', when(verdict?.finishedAt)],
    ['verification held', verdict?.ok],
    ['verification found', codeOnly(verdict?.problem?.code)],
    ['entries', verdict?.entries],
    ['rows', verdict?.rows],
    ['scrub running since', when(running?.since)],
    ['scrubbed', when(last?.finishedAt)],
    ['scrub held', last?.ok],
    ['scrub found', codeOnly(last?.problem?.code)],
    ['scrub due', when(due)],
  ];
}

/** A row of the database says it: only what looks like a code of ours is one. */
const codeOnly = (code: string | undefined): string | undefined =>
  code === undefined || /^[a-z]{1,16}(?:-[a-z]{1,16}){0,3}$/.test(code) ? code : '(another code)';

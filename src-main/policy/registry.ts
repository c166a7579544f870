/**
 * The Windows registry, read with the system's own `reg.exe`: no module of ours to build for it, and no PowerShell,
 * which many clinics forbid.
 */
import { spawnSync } from 'node:child_process';
import { type PolicyProblem, policySchema } from '../../src-shared/policy/policy.ts';
import { type Given, nameable, unreadable } from './judge.ts';
import type { RegistryQuery } from './places.ts';

const outputLimit = 4 * 1024 * 1024;
const patience = 10_000;

/** What the tool said; null when the key is not there. */
export type RegistryAnswer = { readonly output: Buffer } | { readonly failed: true } | null;

/**
 * Runs `reg.exe`. It ends with 1 where the key is not there, and just so where a group policy forbids registry tools: then
 * it does not get what every Windows has either, and what is set nobody can say.
 */
export function queryRegistry({ program, parameters, proof }: RegistryQuery): RegistryAnswer {
  const done = run(program, parameters);
  if (done === null) return { failed: true };
  if (done.status === 1) return run(program, proof)?.status === 0 ? null : { failed: true };
  return done.status === 0 ? { output: done.stdout } : { failed: true };
}

/** @returns null for a program that did not come to its end */
function run(program: string, parameters: readonly string[]): { status: number | null; stdout: Buffer } | null {
  const done = spawnSync(program, parameters, {
    windowsHide: true,
    maxBuffer: outputLimit,
    timeout: patience,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {},
  });
  return done.error !== undefined || done.signal !== null ? null : done;
}

/** @returns null when no policy is set there */
export function readRegistry(answer: RegistryAnswer): Given | null {
  if (answer === null) return null;
  return 'failed' in answer ? unreadable('policy-unreadable') : parseRegistry(answer.output);
}

const keyLine = /^HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Carekeep(?:\\(?<below>.+))?$/i;
const valueLine = /^ {4}(?<name>.*?) {4}(?<type>REG_[A-Z_]+)(?: {4}(?<data>.*))?$/;

/** Pure: `reg query … /se |` as it prints it. @returns null for a key in which nothing is set */
export function parseRegistry(output: Buffer): Given | null {
  const text = decode(output);
  if (text === undefined) return unreadable('policy-encoding');
  const entries: Entry[] = [];
  const problems: PolicyProblem[] = [];
  for (const line of text.split(/\r?\n/)) {
    const key = keyLine.exec(line)?.groups;
    const value = valueLine.exec(line)?.groups;
    const last = entries.at(-1);
    if (key !== undefined) {
      // Policies are flat: what somebody put into a key below would be passed over in silence.
      if (key['below'] !== undefined) problems.push({ name: nameable(key['below']), code: 'policy-unknown' });
    } else if (value !== undefined) {
      entries.push({ name: value['name'] ?? '', type: value['type'] ?? '', lines: [value['data'] ?? ''] });
    } else if (last !== undefined) {
      last.lines.push(line); // a text of several lines is printed as it is
    } else if (line.trim() !== '') return unreadable('policy-syntax');
  }
  return toValues(entries, problems);
}

type Entry = { readonly name: string; readonly type: string; readonly lines: string[] };

function toValues(entries: readonly Entry[], problems: PolicyProblem[]): Given | null {
  const values = new Map<string, unknown>();
  const seen = new Set<string>();
  for (const { name, type, lines } of entries) {
    const data = lines.join('\n').replace(/\n+$/, '');
    // The key's own value, whose name is translated with the system: nobody set it, or set it to nothing.
    if (/^\(.*\)$/.test(name) && type === 'REG_SZ' && data === '') continue;
    if (seen.has(name.toLowerCase())) problems.push({ name: nameable(name), code: 'policy-duplicate' });
    seen.add(name.toLowerCase());
    const value = valueHere(name, type, data);
    if (value === undefined) problems.push({ name: nameable(name), code: 'policy-type' });
    else if (replaced(value)) problems.push({ name: nameable(name), code: 'policy-encoding' });
    else values.set(name, value);
  }
  if (values.size === 0 && problems.length === 0) return null;
  return { values: Object.fromEntries(values), problems };
}

/** The registry knows no booleans, and a text of many lines is a list there: what fits the schema is meant. */
function valueHere(name: string, type: string, data: string): unknown {
  if (type === 'REG_SZ') return data;
  if (type === 'REG_MULTI_SZ') {
    const list = data.split('|').filter((line) => line !== '');
    return fits(name, list) || !fits(name, list.join('\n')) ? list : list.join('\n');
  }
  if (type !== 'REG_DWORD' || !/^0x[0-9a-f]{1,8}$/i.test(data)) return undefined;
  const number = Number(data);
  return number <= 1 && fits(name, number === 1) ? number === 1 : number;
}

const shape: ReadonlyMap<string, { safeParse(value: unknown): { success: boolean } }> = new Map(
  Object.entries(policySchema.shape),
);

function fits(name: string, value: unknown): boolean {
  return shape.get(name)?.safeParse(value).success === true;
}

/** `reg.exe` writes `?` for a letter outside the machine's old code page; in a Windows path there is no other. */
function replaced(value: unknown): boolean {
  const texts = Array.isArray(value) ? value : [value];
  return texts.some((text) => typeof text === 'string' && text.includes('?') && !/^(?:https?:|\s*\{)/.test(text));
}

function decode(output: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(output);
  } catch {
    return undefined; // an old code page: which, the output does not say
  }
}

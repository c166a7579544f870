/** What must not be in memory after a lock, in every form it could be there. */
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { person, profileOf } from '../core/clinic.ts';
import { hold } from '../kind.ts';
import type { Needle } from './scan.ts';

/** No word of any language, so that finding it means finding the patient. */
export const patient = { family: 'Quetzlmarkovar', given: 'Xandriolethe' } as const;

const texts = { password: person.password, 'patient’s name': patient.family, 'patient’s given name': patient.given };

/** The raw keys of the clinic's admin, taken from the vault itself. */
export function needlesOf(home: string, env: Readonly<Record<string, string>>): readonly Needle[] {
  const copy = join(home, 'copy-for-keys');
  cpSync(profileOf(home), copy, { recursive: true });
  const printed = execFileSync(process.execPath, [join(import.meta.dirname, 'keys.ts'), copy, person.userName], {
    env: { ...process.env, ...env },
    input: person.password,
    encoding: 'utf8',
  });
  rmSync(copy, { recursive: true, force: true });
  const keys = z.record(z.string(), z.string().length(64)).parse(JSON.parse(printed));
  hold(Object.keys(keys).length === 4, 'not all keys are there to look for');
  return [
    ...Object.entries(texts).flatMap(([name, text]) => [
      { name: `the ${name}`, bytes: Buffer.from(text, 'utf8') },
      { name: `the ${name} in UTF-16`, bytes: Buffer.from(text, 'utf16le') },
    ]),
    ...Object.entries(keys).flatMap(([name, hex]) => [
      { name: `the ${name}`, bytes: Buffer.from(hex, 'hex') },
      { name: `the ${name} in hex`, bytes: Buffer.from(hex, 'latin1') },
      { name: `the ${name} in base64`, bytes: Buffer.from(Buffer.from(hex, 'hex').toString('base64'), 'latin1') },
    ]),
  ];
}

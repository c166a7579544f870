/** Writes the templates and examples beside itself: `npm run docs`. A test holds that they are what this makes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exampleFile, exampleProfile, exampleRegistry } from './examples.ts';
import { adml, admx } from './templates.ts';
import { type Language, languages } from './words.ts';

const spoken = Object.keys(languages).filter((one): one is Language => Object.hasOwn(languages, one));

/** Every file by its name in this folder. */
export function policyFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['carekeep.admx', admx()],
    ...spoken.map((one) => [`${languages[one]}/carekeep.adml`, adml(one)] as const),
    ['carekeep.reg', exampleRegistry()],
    ['carekeep.mobileconfig', exampleProfile()],
    ['policies.json', exampleFile()],
  ]);
}

export function writePolicyFiles(): void {
  for (const [name, text] of policyFiles()) {
    const path = join(import.meta.dirname, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** `npm run faults -- [--only NAME,…] [--scale 0.1] [--seed N] [--json FILE]`: exit 1 if any trial failed. */
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Kind, KindRecord } from './kind.ts';
import { linesOf, runKind } from './runner.ts';

type Options = {
  only?: readonly string[];
  scale: number;
  seed: number;
  most?: number;
  json?: string;
  list?: boolean;
};

const folder = join(import.meta.dirname, 'kinds');

function names(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .sort();
}

async function load(name: string): Promise<Kind> {
  const module: { default: Kind } = await import(join(folder, `${name}.ts`));
  return module.default;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('a number is needed');
  return value;
}

function whole(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('a whole number is needed');
  return value;
}

const program = new Command('faults')
  .description('Breaks Carekeep on purpose and says whether its promises held.')
  .option('--only <names>', 'kinds to run, comma-separated', (text) => text.split(',').map((name) => name.trim()))
  .option('--scale <factor>', 'share of the full number of trials; 0 plays one', number, 1)
  .option('--seed <number>', 'seed of the first trial; trial i has seed + i', whole, 1)
  .option('--most <number>', 'trials a kind at most, whatever the scale says', whole)
  .option('--json <file>', 'write one record a kind as JSON')
  .option('--list', 'name the kinds and their full number of trials');
const options = program.parse().opts<Options>();

const known = names();
const wanted = options.only ?? known;
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) program.error(`no such kind: ${unknown.join(', ')} (there are: ${known.join(', ')})`);

const records: KindRecord[] = [];
for (const name of wanted) {
  const kind = await load(name);
  if (options.list) {
    console.log(`${kind.name.padEnd(14)}${kind.full}`);
    continue;
  }
  const record = await runKind(kind, {
    scale: options.scale,
    seed: options.seed,
    ...(options.most !== undefined && { most: options.most }),
  });
  records.push(record);
  for (const line of linesOf(record)) console.log(line);
}

if (options.json !== undefined) {
  const report = { node: process.version, cores: cpus().length, at: new Date().toISOString(), kinds: records };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}
// A child that a broken kind left behind must not keep the run from ending.
process.exit(records.some((record) => record.failed.length > 0) ? 1 : 0);

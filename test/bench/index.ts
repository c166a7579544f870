/** `npm run bench -- [--only NAME,…] [--json FILE]`: a missed bound is printed, not an exit code; a broken bench is. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Bench, Figure } from './figure.ts';
import { tableOf } from './table.ts';

type Options = {
  only?: readonly string[];
  json?: string;
  scale: number;
  seed: number;
  cache: string;
  list?: boolean;
};

const folder = join(import.meta.dirname, 'benches');
const root = join(import.meta.dirname, '..', '..');

function names(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .sort();
}

async function load(name: string): Promise<Bench> {
  const module: { default: Bench } = await import(join(folder, `${name}.ts`));
  return module.default;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('a number above 0 and up to 1 is needed');
  return value;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number is needed');
  return value;
}

const program = new Command('bench')
  .description('Measures Carekeep beside its limit and its peers, in the same run.')
  .option('--only <names>', 'benches to run, comma-separated', (text) => text.split(',').map((name) => name.trim()))
  .option('--json <file>', 'write all figures as JSON')
  .option('--scale <factor>', 'share of the full size, for work on the benches', share, 1)
  .option('--seed <number>', 'seed of the synthetic clinics', whole, 1)
  .option('--cache <folder>', 'where synthetic clinics are kept between runs', join(root, 'build', 'bench'))
  .option('--list', 'name the benches');
const options = program.parse().opts<Options>();

const known = names();
const wanted = options.only ?? known;
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) program.error(`no such bench: ${unknown.join(', ')} (there are: ${known.join(', ')})`);
if (options.list) {
  for (const name of known) console.log(name);
  process.exit(0);
}

type Measured = Figure & { readonly bench: string };
type Report = { readonly figures: Measured[]; readonly broken: { bench: string; reason: string }[] };

mkdirSync(options.cache, { recursive: true });
const { figures, broken }: Report = { figures: [], broken: [] };

async function measure(name: string): Promise<void> {
  const bench = await load(name);
  const scratch = mkdtempSync(join(tmpdir(), `carekeep-bench-${name}-`));
  const say = (line: string) => process.stderr.write(`${name}: ${line}\n`);
  const { cache, scale, seed } = options;
  try {
    const measured = await bench.run({ scratch, cache, scale, seed, say });
    figures.push(...measured.map((figure) => ({ bench: name, ...figure })));
  } catch (error) {
    broken.push({ bench: name, reason: error instanceof Error ? error.message : 'unknown' });
    process.stderr.write(`${name}: broke: ${error instanceof Error ? error.stack : 'unknown'}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Each bench in a process of its own: what one leaves in memory must not weigh on the next. */
function apart(name: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-bench-'));
  const json = join(folder, 'report.json');
  const { cache, scale, seed } = options;
  const more = ['--only', name, '--json', json, '--scale', String(scale), '--seed', String(seed), '--cache', cache];
  spawnSync(process.execPath, [import.meta.filename, ...more], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const report: Report = JSON.parse(readFileSync(json, 'utf8'));
    figures.push(...report.figures);
    broken.push(...report.broken);
  } catch {
    broken.push({ bench: name, reason: 'ended without a report' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [only] = wanted;
if (wanted.length === 1 && only !== undefined) await measure(only);
else for (const name of wanted) apart(name);
for (const line of tableOf(figures)) console.log(line);

if (options.json !== undefined) {
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const machine = {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
  const report = {
    version,
    at: new Date().toISOString(),
    scale: options.scale,
    seed: options.seed,
    machine,
    figures,
    broken,
  };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
}
process.exit(broken.length > 0 ? 1 : 0);

/**
 * `npm test`: lint, types, build, unit tests, end-to-end tests, and each fault once around. Goes on after a failure,
 * sums up what the test runs counted, and ends with the plain line `N passed, N failed`.
 *
 * Arguments: `--full` adds the HL7 example set; `--only unit,e2e` runs those steps.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStale } from './build.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const node = process.execPath;
const bin = (name) => join(root, 'node_modules', name);
const full = process.argv.includes('--full');
const only = process.argv.find((argument) => argument.startsWith('--only'));
const wanted =
  only === undefined
    ? undefined
    : (only.split('=')[1] ?? process.argv[process.argv.indexOf(only) + 1] ?? '').split(',');

const tests = (pattern, ...flags) => {
  const files = globSync(pattern, { cwd: root }).sort();
  return files.length === 0
    ? undefined
    : [node, '--test', '--test-reporter=spec', '--test-timeout=300000', ...flags, ...files];
};
const script = (file, ...args) => (existsSync(join(root, file)) ? [node, file, ...args] : undefined);

const needsBundles =
  wanted === undefined || ['host', 'e2e', 'faults', 'examples'].some((name) => wanted.includes(name));

/** name → command; a step whose files are not there is left out. */
const steps = {
  system: script('resources/scripts/setup-system.mjs'),
  lint: [node, bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings'],
  types: [node, bin('typescript/bin/tsc'), '--noEmit'],
  docs: script('resources/scripts/docs.ts', '--check'),
  build: !needsBundles
    ? script('resources/scripts/build-fhir.mjs')
    : wanted === undefined || isStale()
      ? script('resources/scripts/build.mjs')
      : undefined,
  unit: tests('test/unit/**/*.test.ts', '--test-concurrency=2'),
  host: tests('test/host/**/*.test.ts', '--test-concurrency=2'),
  e2e: tests('test/e2e/**/*.test.ts', '--test-concurrency=2'),
  faults: script(
    'test/faults/index.ts',
    '--scale',
    full ? '1' : '0.02',
    '--seed',
    '1',
    ...(full ? [] : ['--most', '30']),
  ),
  ...(full ? { examples: tests('test/full/**/*.test.ts', '--test-concurrency=1') } : {}),
};

/** Counts of one `node --test` run, from the summary its reporter prints. */
function counts(output) {
  const number = (name) => Number(new RegExp(`^ℹ ${name} (\\d+)`, 'm').exec(output)?.[1] ?? Number.NaN);
  const [pass, fail, cancelled] = [number('pass'), number('fail'), number('cancelled')];
  return Number.isNaN(pass) ? undefined : { pass, fail: fail + (Number.isNaN(cancelled) ? 0 : cancelled) };
}

function run(command) {
  return new Promise((resolve) => {
    // no colours: what is read back below must be plain
    const child = spawn(command[0], command.slice(1), {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('exit', (code) => resolve({ ok: code === 0, output }));
  });
}

/**
 * A real browser on a busy machine now and then loses a race that has nothing to do with what is tested. Files of the
 * end-to-end run that failed are played once more, alone; what fails twice has failed. Both runs stand in the output.
 */
async function playedAgain(name, first) {
  const files = [...new Set([...first.output.matchAll(/^test at (test\/e2e\/[^:]+):/gm)].map(([, file]) => file))];
  if (first.ok || name !== 'e2e' || files.length === 0) return first;
  console.log(`\n── e2e, once more: ${files.join(', ')}`);
  const second = await run([
    node,
    '--test',
    '--test-reporter=spec',
    '--test-timeout=300000',
    '--test-concurrency=1',
    ...files,
  ]);
  const before = counts(first.output);
  if (!second.ok || before === undefined) return first;
  return { ok: true, output: `ℹ pass ${before.pass + before.fail}\nℹ fail 0\nℹ cancelled 0\n` };
}

let passed = 0;
let failed = 0;
const summary = [];
for (const [name, command] of Object.entries(steps)) {
  if (command === undefined || (wanted !== undefined && !wanted.includes(name) && name !== 'build')) continue;
  console.log(`\n── ${name}`);
  const started = performance.now();
  const { ok, output } = await playedAgain(name, await run(command));
  const counted = counts(output) ?? { pass: ok ? 1 : 0, fail: ok ? 0 : 1 };
  // a run that fails without a failed test (a crash, a hang) counts as one
  const fail = counted.fail === 0 && !ok ? 1 : counted.fail;
  passed += counted.pass;
  failed += fail;
  summary.push(
    `${fail === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(9)} ${String(counted.pass).padStart(5)} passed ${String(fail).padStart(3)} failed ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (!ok && (name === 'system' || name === 'build')) break; // nothing after it could tell anything
}
console.log(`\n${summary.join('\n')}\n`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

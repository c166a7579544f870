/**
 * A process of its own that loads the updater and looks for an update twice, the second time with nothing new: how long
 * nothing else could run in it. Arguments: repository, a folder to work in, the built updater. Prints JSON.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { UpdateTrust } from '../../src-shared/updates/state.ts';

const [repository = '', work = '', updater = ''] = process.argv.slice(2);

/** A timer that should fire each millisecond: the longest it was kept waiting. */
function watchLoop(): () => number {
  let last = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return Math.max(longest, performance.now() - last - 1);
  };
}

async function measured<T>(run: () => Promise<T>): Promise<{ value: T; blocked: number; cpu: number }> {
  await pause(50);
  const blocked = watchLoop();
  await pause(20);
  const before = process.threadCpuUsage();
  const value = await run();
  const { user, system } = process.threadCpuUsage(before);
  await pause(5);
  return { value, blocked: blocked(), cpu: (user + system) / 1000 };
}

const loaded = await measured(() => import(updater));
const { check } = await import('../../src-main/update/check.ts');
const { openSource } = await import('../../src-main/update/open-source.ts');
const anchor = { bytes: readFileSync(join(repository, 'metadata', '1.root.json')), from: 'package' } as const;

async function look(trust: UpdateTrust | null) {
  const source = await openSource(repository, { proxy: 'none' });
  try {
    const outcome = await check({
      source,
      anchor,
      trust,
      metadata: join(work, 'metadata'),
      here: {
        version: '1.1.0',
        platform: 'linux',
        arch: 'x64',
        channel: 'stable',
        ring: 'pilot',
        package: 'deb',
        deviceId: 'bench',
        failed: [],
      },
      lastGood: null,
      now: Date.now,
      signal: new AbortController().signal,
    });
    if (!outcome.ok) throw new Error(`refused: ${outcome.refusal}`);
    if (outcome.found !== null) throw new Error('there was something new');
    await outcome.commit();
    return outcome.trust;
  } finally {
    await source.close();
  }
}

const first = await look(null);
const again = await measured(() => look(first));
console.log(
  JSON.stringify({
    load: { blocked: loaded.blocked, cpu: loaded.cpu },
    check: { blocked: again.blocked, cpu: again.cpu },
  }),
);

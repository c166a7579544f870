/**
 * Malformed calls to every procedure through the real bridge: page, preload, port, core. Each is refused as what it is
 * before anything else happens, whoever is signed in; nothing crashes, nothing is written, nothing hangs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Page } from 'playwright';
import { z } from 'zod';
import { procedures } from '../../../src-shared/contract/index.ts';
import { launchApp } from '../../e2e/launch.ts';
import { makeCodec, nodeCodec } from '../../host/codec.ts';
import { makeCoreClinic, profileOf, unlockedKeyring } from '../core/clinic.ts';
import { signedIn } from '../forms/caller.ts';
import { malformed, wrongNames } from '../ipc/malformed.ts';
import { hold, type Kind } from '../kind.ts';
import { plausible } from '../roles/plausible.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** A hundred at once are answered within it on any machine. Milliseconds. */
const patience = 20_000;
const callsATrial = 100;
const callsAProcedure = 10_000;
const names = [...procedures.keys()];

type Asked = { readonly procedure: string; readonly input: unknown };
const answers = z.array(z.strictObject({ ok: z.boolean(), code: z.string() }));
type Answer = z.infer<typeof answers>[number];

/** Bytes as base64 in the page. */
const inPage = `(${makeCodec})({
  to: (bytes) => btoa(String.fromCharCode(...bytes)),
  from: (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)),
})`;

/** All at once, as a hostile page would. The values travel as the host's own text: playwright's loses some of them. */
async function askAll(page: Page, asked: readonly Asked[]): Promise<readonly Answer[]> {
  const told = await page.evaluate(
    `(async () => {
      const codec = ${inPage};
      return Promise.all(codec.decode(${JSON.stringify(nodeCodec.encode(asked))}).map(async ({ procedure, input }) => {
        const late = new Promise((resolve) => setTimeout(resolve, ${patience}, { error: { code: 'never-answered' } }));
        const { ok, error } = await Promise.race([window.carekeep.call(procedure, input), late]);
        return { ok: ok === true, code: error?.code ?? '' };
      }));
    })()`,
  );
  return answers.parse(told);
}

/** What no clone carries, and calls that are not even calls. The page makes them: they cannot be sent to it. */
async function askOddly(page: Page, procedure: string): Promise<readonly string[]> {
  return page.evaluate(async (name) => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    let deep: unknown = {};
    for (let level = 0; level < 5_000; level += 1) deep = { deep };
    const thrower = {
      get query(): string {
        throw new Error('a getter of the page');
      },
    };
    const inputs: readonly unknown[] = [
      () => 1,
      Symbol('s'),
      { inner: () => 1 },
      cycle,
      deep,
      thrower,
      new Proxy({}, { ownKeys: () => ['a', 'a'] }),
      new Map([['a', 1]]),
      new Set([1]),
      document.body,
      window,
      new Error('of the page'),
      /regular/,
    ];
    const late = { error: { code: 'never-answered' } };
    const ask = async (given: unknown, input: unknown): Promise<string> => {
      const answered = Promise.resolve().then(() => Reflect.apply(window.carekeep.call, undefined, [given, input]));
      const reply: unknown = await Promise.race([
        answered.catch(() => ({ error: { code: 'rejected' } })),
        new Promise((resolve) => setTimeout(resolve, 20_000, late)),
      ]);
      return String(Reflect.get(Object(Reflect.get(Object(reply), 'error')), 'code') ?? 'ok');
    };
    const told = await Promise.all(inputs.map((input) => ask(name, input)));
    // No procedure at all: whatever is given as the name.
    const names: readonly unknown[] = [
      undefined,
      null,
      1,
      {},
      [],
      Symbol('n'),
      { toString: () => 'app.status' },
      name.repeat(50),
    ];
    told.push(...(await Promise.all(names.map((given) => ask(given, {})))));
    return told;
  }, procedure);
}

const page1 = z.object({ entries: z.array(z.object({ seq: z.number(), event: z.string() })) });

/** The newest entries. A look at them is one itself. */
async function newest(page: Page): Promise<readonly { readonly seq: number; readonly event: string }[]> {
  const json = await page.evaluate(async (filter) => {
    const reply: unknown = await Reflect.apply(window.carekeep.call, undefined, [
      'audit.page',
      { filter, before: null, limit: 50 },
    ]);
    return JSON.stringify(Reflect.get(Object(reply), 'value') ?? null);
  }, everything);
  return page1.parse(JSON.parse(json)).entries;
}

const everything = { from: null, to: null, userId: null, patientId: null, kind: null, outcome: null };
/** As it comes out of the other end of a port. */
const arriving = (input: unknown): unknown => structuredClone(nodeCodec.decode(nodeCodec.encode(input)));

/** What a refusal of malformed input may be: read as wrong, or not offered to a screen at all. */
const refusals: ReadonlySet<string> = new Set(['invalid-input', 'not-here']);
const oddRefusals: ReadonlySet<string> = new Set([...refusals, 'unknown-procedure', 'rejected']);

const kind: Kind = {
  name: 'ipc',
  full: names.length * (callsAProcedure / callsATrial),
  async run(run) {
    if (!existsSync(join(root, 'out', 'main', 'index.js'))) {
      execFileSync(process.execPath, [join(root, 'resources', 'scripts', 'build.mjs')], {
        cwd: root,
        stdio: 'inherit',
      });
    }
    const home = join(run.scratch, 'clinic');
    await makeCoreClinic(home);
    const keyring = await unlockedKeyring(home);
    const app = await launchApp({ profile: profileOf(home), env: keyring.env });
    let sent = 0;
    let taken = 0;
    try {
      const page = await signedIn(app);
      const [core] = (await app.corePids()).slice(-1);
      for (const seed of run.seeds) {
        const name = names[(seed - 1 + names.length) % names.length] ?? '';
        const procedure = procedures.get(name);
        await run.trial(seed, async () => {
          hold(procedure !== undefined, 'no such procedure');
          const before = (await newest(page))[0]?.seq ?? -1;
          const drawn = fc.sample(malformed(plausible(name, procedure)), { seed, numRuns: callsATrial });
          const inputs = drawn.filter((input) => !procedure.input.safeParse(arriving(input)).success);
          taken += drawn.length - inputs.length;
          sent += inputs.length;
          const told = await askAll(
            page,
            inputs.map((input) => ({ procedure: name, input })),
          );
          for (const { ok, code } of told)
            hold(!ok && refusals.has(code), `${name} answered ${code} to malformed input`);
          const wrong = await askAll(
            page,
            wrongNames(name).map((other) => ({ procedure: other, input: {} })),
          );
          for (const { ok, code } of wrong)
            hold(!ok && code === 'unknown-procedure', `a wrong name was answered ${code}`);
          // A procedure that takes nothing takes an empty object, and so do some of the page's own things cloned.
          if (!procedure.input.safeParse({}).success && !procedure.input.safeParse(undefined).success) {
            for (const [at, code] of (await askOddly(page, name)).entries()) {
              hold(oddRefusals.has(code), `${name} answered “${code}” to odd value ${at}`);
            }
          }
          const since = (await newest(page)).filter(({ seq, event }) => seq > before && event !== 'audit.read');
          hold(since.length === 0, `malformed calls to ${name} left ${since[0]?.event}`);
          hold((await app.corePids()).at(-1) === core, 'core was replaced');
          const polluted = await page.evaluate(() => Reflect.get({}, 'admin') !== undefined);
          hold(!polluted, 'the page’s prototype was changed');
        });
      }
      run.note(
        `${sent} malformed calls to ${Math.min(run.seeds.length, names.length)} procedures; ${taken} drawn were fine and not sent`,
      );
    } finally {
      await app.close();
      await keyring.stop();
    }
  },
};
export default kind;

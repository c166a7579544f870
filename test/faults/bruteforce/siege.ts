/**
 * One hour at the door, played in a minute: guesses go in through core's dispatcher as the screen and the command
 * line send them, the clocks are set on between them, and every guess that was really tried at a password is counted.
 */
import { systemClock } from '../../../src-main/core/vault/clock.ts';
import type { Asked, CoreProcess } from '../core/process.ts';
import { hold } from '../kind.ts';
import type { Stage } from '../start-states/stage.ts';

export const hour = 3_600_000;
/** The promise: so many tries in the first hour, whatever is done around them. */
export const most = 30;
export const guesses = 10_000;
const step = hour / guesses;
/** So many guesses are on their way at once; each finds the clock a step further than the one before. */
const atOnce = 25;

/** Codes that say: this was not even tried. */
const untried = new Set(['wait-before-retry', 'key-file-rolled-back', 'not-signed-in']);

export type Answered = Asked<unknown>;

export class Siege {
  readonly stage: Stage;
  readonly env: Readonly<Record<string, string>>;
  /** Guesses so far, and how many of them were tried. */
  guessed = 0;
  tried = 0;
  readonly codes = new Map<string, number>();
  /** The attacker's hand on the wall clock. */
  wall = 0;
  #core: CoreProcess;
  #monotonic = 0;

  private constructor(stage: Stage, env: Readonly<Record<string, string>>, core: CoreProcess) {
    this.stage = stage;
    this.env = env;
    this.#core = core;
  }

  static async begin(stage: Stage): Promise<Siege> {
    const { env } = await stage.keyring();
    return new Siege(stage, env, await stage.core(env));
  }

  get core(): CoreProcess {
    return this.#core;
  }

  /** SIGKILL, and a new core on the same profile at the same simulated time. */
  async killAndStart(): Promise<void> {
    await this.#core.kill();
    this.#core = await this.stage.core(this.env, this.stage.profile, { wall: this.wall, monotonic: this.#monotonic });
  }

  /** Guesses evenly over the hour; `around` is what the attacker does between two volleys of them. */
  async allHour(
    guess: (at: number) => Promise<unknown>,
    around: (at: number) => Promise<void> = async () => undefined,
  ): Promise<void> {
    for (let at = 0; at < guesses; at += atOnce) {
      await around(at);
      await this.#core.ahead({ wall: this.wall, monotonic: this.#monotonic, perCall: Math.round(step) });
      await Promise.all(Array.from({ length: atOnce }, (_, n) => guess(at + n)));
      this.wall += atOnce * Math.round(step);
      this.#monotonic += atOnce * Math.round(step);
    }
  }

  /** Time goes on by as much as a guess has in an hour of ten thousand. */
  async wait(milliseconds: number = step): Promise<void> {
    this.#monotonic += Math.round(milliseconds);
    this.wall += Math.round(milliseconds);
    await this.#core.ahead({ wall: this.wall, monotonic: this.#monotonic });
  }

  /** The machine's clock begins anew with the next core. */
  machineStarts(): void {
    // Core adds this to the real machine's uptime: what is left is a few seconds.
    this.#monotonic = 1000 - Math.floor(systemClock.monotonic());
  }

  count(got: Answered): string {
    this.guessed += 1;
    const code = got.ok ? 'ok' : got.error.code;
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (!untried.has(code)) this.tried += 1;
    return code;
  }

  /** One guess at the sign-in. */
  async guess(userName: string, desk = 1): Promise<string> {
    const password = `guess number ${this.guessed} of many`;
    return this.count(await this.#core.call('sessions.signIn', { userName, password }, desk));
  }

  /** @throws Broken when more were tried than promised, when one of them got in, or something has no name */
  verdict(): void {
    const seen = [...this.codes].map(([code, count]) => `${count} ${code}`).join(', ');
    hold(this.tried <= most, `${this.tried} of ${this.guessed} guesses were tried in an hour (${seen})`);
    hold(this.tried >= 10, `only ${this.tried} tries: this did not play what it says (${seen})`);
    hold(!this.codes.has('ok'), `a guess got in (${seen})`);
    hold(!this.codes.has('internal'), `a guess breaks core (${seen})`);
  }
}

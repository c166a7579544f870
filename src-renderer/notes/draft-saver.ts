/**
 * Keeps one draft in step with core: 0.7 s after the last key, at the latest a second after the first one that is not
 * saved yet, at once when asked: a screen that dies takes no more than that with it. One save is under way at a time; what is typed meanwhile goes with the next. A save
 * that fails is tried again, and the text stays here whatever happens.
 */
export type SaveState =
  | { readonly kind: 'new' }
  | { readonly kind: 'waiting'; readonly since: number | null }
  | { readonly kind: 'saving'; readonly since: number | null }
  | { readonly kind: 'saved'; readonly at: number }
  | { readonly kind: 'failed'; readonly error: unknown };

export type Clock = {
  readonly now: () => number;
  /** Returns the way to call it off. */
  readonly after: (ms: number, run: () => void) => () => void;
};

export const browserClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const rest = 700;
const longest = 1000;
const retries = [2000, 4000, 8000, 15_000] as const;

export class DraftSaver<T> {
  readonly #save: (content: T) => Promise<{ readonly savedAt: number }>;
  readonly #clock: Clock;
  readonly #hopeless: (error: unknown) => boolean;
  readonly #listeners = new Set<() => void>();
  #content: T;
  #state: SaveState;
  #unsavedSince: number | null = null;
  #savedAt: number | null;
  #callOff: () => void = () => undefined;
  #running: Promise<void> | null = null;
  #failures = 0;
  #ended = false;

  /**
   * `savedAt`: when core last had this content, null for a new draft. `hopeless`: errors that no waiting mends; the
   * text stays, and the next key or a press on "Try now" tries again.
   */
  constructor(
    content: T,
    savedAt: number | null,
    save: (content: T) => Promise<{ readonly savedAt: number }>,
    clock: Clock = browserClock,
    hopeless: (error: unknown) => boolean = () => false,
  ) {
    this.#content = content;
    this.#savedAt = savedAt;
    this.#state = savedAt === null ? { kind: 'new' } : { kind: 'saved', at: savedAt };
    this.#save = save;
    this.#clock = clock;
    this.#hopeless = hopeless;
  }

  readonly state = (): SaveState => this.#state;
  readonly content = (): T => this.#content;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(state: SaveState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  change(content: T): void {
    if (this.#ended) return;
    this.#content = content;
    const now = this.#clock.now();
    this.#unsavedSince ??= now;
    if (this.#state.kind !== 'saving' && this.#state.kind !== 'failed')
      this.#set({ kind: 'waiting', since: this.#savedAt });
    else for (const listener of this.#listeners) listener();
    this.#plan(Math.max(0, Math.min(rest, this.#unsavedSince + longest - now)));
  }

  #plan(ms: number): void {
    this.#callOff();
    this.#callOff = this.#clock.after(ms, () => void this.flush());
  }

  /** Saves what is not saved yet. Never rejects: how it went is in `state`. */
  readonly flush = async (): Promise<void> => {
    this.#callOff();
    // more than one may wait here: each stays until what was typed has gone, whoever sends it
    while (this.#running !== null) await this.#running;
    if (this.#unsavedSince === null || this.#ended) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    await this.#running;
  };

  async #run(): Promise<void> {
    const content = this.#content;
    this.#unsavedSince = null;
    if (this.#state.kind !== 'failed') this.#set({ kind: 'saving', since: this.#savedAt });
    try {
      const { savedAt } = await this.#save(content);
      this.#failures = 0;
      this.#savedAt = savedAt;
      this.#set(this.#unsavedSince === null ? { kind: 'saved', at: savedAt } : { kind: 'waiting', since: savedAt });
    } catch (error) {
      this.#unsavedSince ??= this.#clock.now();
      const wait = retries[Math.min(this.#failures, retries.length - 1)] ?? longest;
      this.#failures += 1;
      this.#set({ kind: 'failed', error });
      if (!this.#ended && !this.#hopeless(error)) this.#plan(wait);
    }
  }

  /** The draft is signed or thrown away: nothing is saved any more. */
  end(): void {
    this.#ended = true;
    this.#callOff();
  }
}

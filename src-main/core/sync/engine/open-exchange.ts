/** The exchange with one backend while the database is open: what a contact does, in its order. */
import type { StateAnswer } from '../../../../src-shared/sync-protocol/messages.ts';
import type { DecideOp } from '../../../../src-shared/sync-protocol/ops.ts';
import type { Core } from '../../core.ts';
import type { Opened } from '../../opened.ts';
import { closeStore, openStore } from '../../store/open.ts';
import { nextVersion, type Tx, withTransaction } from '../../store/transaction.ts';
import type { RosterHistory } from '../../vault/roster-history.ts';
import { authorityOf } from '../incoming/authority.ts';
import { Heads } from '../incoming/heads.ts';
import { logSize, rootOfLog } from '../incoming/log.ts';
import { endRestored, isRestored } from '../incoming/restored.ts';
import { readNumber, writeNumber } from '../incoming/state.ts';
import { SyncStop } from '../incoming/stop.ts';
import type { TakeParts } from '../incoming/take.ts';
import { judgeMerges } from '../merge/judge.ts';
import { type Author, keepOwnBatch } from '../outgoing/make-batch.ts';
import { followLog } from '../outgoing/position.ts';
import { makeSnapshot, snapshotDue } from '../outgoing/snapshot.ts';
import type { Link } from './link.ts';
import { receive } from './receiver.ts';
import type { SyncTimes } from './schedule.ts';
import { sayNothing, send } from './sender.ts';

export type ExchangeParts = {
  readonly core: Core;
  readonly opened: Opened;
  readonly link: Link;
  readonly signal: AbortSignal;
  readonly times: SyncTimes;
  readonly meet: () => Promise<void>;
  readonly changed: (patients: ReadonlySet<string | null>) => void;
  readonly behind: (batches: number) => void;
  /** Some went out. */
  readonly moved: () => void;
};

/** The time of contact is kept this often at most. */
const keptEvery = 60_000;

export class OpenExchange {
  readonly heads: Heads;
  readonly #parts: ExchangeParts;
  readonly #author: Author;
  /** The log was taken to its end since this began. */
  #caughtUp = false;
  /** Witnesses were asked since this began. */
  #shown = false;
  #history: RosterHistory | null = null;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    const { core, opened, link } = parts;
    const { store } = opened;
    const { clinicId } = core.vault.ids();
    this.heads = new Heads(store, { clinic: clinicId, name: link.name, publicKey: link.logKey });
    const signer = core.vault.audit.device('carekeep.sync');
    this.#author = {
      tenant: link.tenant,
      clinic: clinicId,
      sign: (message) => signer.sign(message),
      roster: () => core.vault.audit.rosterSize(),
      seen: () => {
        const size = logSize(store);
        const root = rootOfLog(store, size);
        if (root === undefined) throw new Error('the log has no root');
        return { size, root };
      },
    };
    withTransaction(store, (tx) => followLog(tx), core.clock());
  }

  get link(): Link {
    return this.#parts.link;
  }

  /** The roster as it was after each entry; found anew where it has grown. */
  #rosters(): RosterHistory {
    const { vault } = this.#parts.core;
    if (this.#history?.size !== vault.audit.rosterSize()) this.#history = vault.rosterHistory();
    return this.#history;
  }

  /** What taking needs. */
  takeParts(): TakeParts {
    const { core, opened, link, signal } = this.#parts;
    const { clinicId, deviceId } = core.vault.ids();
    return {
      store: opened.store,
      member: {
        tenant: link.tenant,
        clinic: clinicId,
        device: deviceId,
        deviceKeys: (device) => this.#rosters().deviceKeys(device),
      },
      backend: link.backend,
      signal,
      judge: judgeMerges,
      now: core.clock,
      roster: () => core.vault.rosterState(),
      authority: authorityOf(() => this.#rosters(), clinicId),
      directoryAsked: false,
    };
  }

  /** One contact. @param state null: only what is here goes out; @param floor how far was vouched when it was asked */
  async turn(state: StateAnswer | null, floor: number): Promise<void> {
    const { core, opened, link, signal, times } = this.#parts;
    const { store } = opened;
    if (state !== null) await this.#receive(state, floor);
    if (!this.#caughtUp) return;
    endRestored(store, core.clock());
    const { backend } = link;
    const { heads } = this;
    const author = this.#author;
    const roster = (): ReturnType<TakeParts['roster']> => core.vault.rosterState();
    await send({ store, backend, heads, author, signal, now: core.clock, roster, sent: () => this.#parts.moved() });
    const now = core.clock();
    const spoken = readNumber(store, 'in.spoken');
    if (now - readNumber(store, 'in.contact') > keptEvery) {
      withTransaction(store, (tx) => writeNumber(tx, 'in.contact', now), now);
    }
    if (now - spoken > times.silent) {
      if (spoken !== 0) sayNothing({ store, author, now: core.clock });
      withTransaction(store, (tx) => writeNumber(tx, 'in.spoken', now), now);
    }
    if (snapshotDue(store)) await this.#snapshot();
    // A lock leaves no time to ask: what the last session signed is shown at the first contact of this one.
    if (!this.#shown) opened.showWitnesses();
    this.#shown = true;
  }

  async #receive(state: StateAnswer, floor: number): Promise<void> {
    const { core, times, signal, meet, changed, behind } = this.#parts;
    const busy = (): boolean => core.imports.running;
    for (;;) {
      const rosterAfter = (size: number) => this.#rosters().after(size);
      const parts = { ...this.takeParts(), rosterAfter, heads: this.heads, meet, changed, behind, busy };
      if (!busy() && (await receive(parts, state, floor))) break;
      await new Promise<void>((resolve) => setTimeout(resolve, times.pause).unref());
      signal.throwIfAborted();
    }
    this.#caughtUp = true;
  }

  /** For a new workstation, now: an admin admits one. @returns whether there is one in the log or on its way */
  async #snapshot(): Promise<boolean> {
    const { core, opened, link, signal } = this.#parts;
    const shared = core.presence.clinicalKeys()?.shared;
    const clinicKey = shared?.clinicKeys.at(-1);
    if (shared === undefined || clinicKey === undefined || isRestored(opened.store)) return false;
    const view = openStore({
      path: opened.store.path,
      key: shared.databaseKey,
      clinicKey,
      olderClinicKeys: shared.clinicKeys.slice(0, -1),
      readOnly: true,
    });
    try {
      const { clinic } = this.#author;
      const made = await makeSnapshot(opened.store, view, {
        author: this.#author,
        sending: { backend: link.backend, clinic, signal },
      });
      if (made) this.#parts.moved();
      return made;
    } finally {
      closeStore(view);
    }
  }

  /** Tells the others what an admin decided; in the transaction of an entry. */
  tellDecision(tx: Tx, { item, decision, author }: Pick<DecideOp, 'item' | 'decision' | 'author'>): void {
    const op: DecideOp = { k: 'decide', v: nextVersion(tx), at: tx.now, item, decision, author };
    keepOwnBatch(tx, this.#author, [op]);
  }

  /** For who joins next: everything as it stands goes up. */
  async snapshotNow(): Promise<boolean> {
    if (!this.#caughtUp) throw new SyncStop('batch-refused', 'snapshot');
    return this.#snapshot();
  }
}

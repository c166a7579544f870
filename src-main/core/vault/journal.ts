/**
 * What happens while nobody has the database open (failed sign-ins, locks): one sealed line each, taken over into
 * the audit log at the next open session.
 *
 *   line = base64( aead under the key file's journal key, RFC 8785 event ) LF
 *   associated data = RFC 8785 { purpose: "journal", version: 1, profileId, line: n }   (n from 0)
 *
 * The line number makes lines that were removed from the middle, doubled or exchanged not open. A line that a
 * kill cut short is told apart from a damaged one: it is the last and has no LF, or ends in `~`.
 */
import { z } from 'zod';
import { open, seal } from '../crypto/aead.ts';
import { canonicalBytes } from '../crypto/canonical.ts';
import { type Random, uuidFrom } from '../crypto/random.ts';
import type { Disk } from './disk.ts';

const journalEvent = z.strictObject({
  /** Tells a line that was already taken over before a kill from a new one. */
  id: z.uuid(),
  at: z.number().int().nonnegative(),
  kind: z.string().regex(/^[a-z][a-z.-]{0,63}$/),
  /** Only of users that exist: a typed name could be a password in the wrong field. */
  userId: z.uuid().optional(),
  outcome: z.enum(['success', 'failure']).optional(),
  reason: z.string().max(64).optional(),
});
export type JournalEvent = z.infer<typeof journalEvent>;
export type NewJournalEvent = Omit<JournalEvent, 'id' | 'at'>;

export type JournalReport = {
  readonly events: readonly JournalEvent[];
  /** Lines that do not open: changed, removed before them, or not ours. */
  readonly damaged: number;
  /** The last line was cut short by a kill. */
  readonly truncated: boolean;
};

const journalMaximum = 16 * 1024 * 1024;
const lineFeed = 0x0a;
const none = Buffer.alloc(0);

export class Journal {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #profileId: string;
  readonly #key: Buffer;
  readonly #random: Random;
  readonly #now: () => number;
  #lines: number | undefined;
  #size = 0;

  constructor(disk: Disk, path: string, profileId: string, key: Buffer, random: Random, now: () => number) {
    this.#disk = disk;
    this.#path = path;
    this.#profileId = profileId;
    this.#key = key;
    this.#random = random;
    this.#now = now;
  }

  /** On the disk when this returns. False when the journal is full (16 MiB): the event is not written. */
  append(event: NewJournalEvent): boolean {
    const line = this.#lines ?? this.#count();
    if (this.#size > journalMaximum) return false;
    const whole = journalEvent.parse({ id: uuidFrom(this.#random), at: this.#now(), ...event });
    const sealed = seal(this.#key, canonicalBytes(whole), this.#bound(line), this.#random);
    const bytes = Buffer.from(`${sealed.toString('base64')}\n`, 'latin1');
    this.#disk.append(this.#path, bytes);
    this.#lines = line + 1;
    this.#size += bytes.length;
    return true;
  }

  /**
   * Hands everything to `consume` (which writes it in its own transaction), then empties the journal. A kill
   * between the two hands the same events over again: they carry their ids.
   */
  drain(consume: (report: JournalReport) => void): void {
    const report = this.read();
    if (report.events.length === 0 && report.damaged === 0 && !report.truncated) return;
    consume(report);
    this.#disk.remove(this.#path);
    this.#lines = 0;
    this.#size = 0;
  }

  /** Looks without emptying. */
  read(): JournalReport {
    const file = this.#disk.read(this.#path, 2 * journalMaximum);
    if (file.kind === 'absent') return { events: [], damaged: 0, truncated: false };
    if (file.kind === 'unreadable') return { events: [], damaged: 1, truncated: false };
    const lines = file.bytes.toString('latin1').split('\n');
    const tail = lines.pop() ?? '';
    const events: JournalEvent[] = [];
    let damaged = 0;
    let cut = tail === '' ? 0 : 1;
    for (const [index, line] of lines.entries()) {
      if (line.endsWith('~')) cut += 1;
      else {
        const event = this.#opened(line, index);
        if (event === undefined) damaged += 1;
        else events.push(event);
      }
    }
    return { events, damaged, truncated: cut > 0 };
  }

  #opened(line: string, index: number): JournalEvent | undefined {
    try {
      const plain = open(this.#key, Buffer.from(line, 'base64'), this.#bound(index));
      return journalEvent.parse(JSON.parse(plain.toString('utf8')));
    } catch {
      // Counted and reported by the caller; the reason can only be "not what we wrote".
      return undefined;
    }
  }

  #bound(line: number): Buffer {
    return canonicalBytes({ purpose: 'journal', version: 1, profileId: this.#profileId, line });
  }

  /** Lines so far; a line that a kill cut short is closed with `~` so that the next starts on its own. */
  #count(): number {
    const file = this.#disk.read(this.#path, 2 * journalMaximum);
    if (file.kind === 'unreadable') throw new Error('the journal cannot be read');
    const bytes = file.kind === 'bytes' ? file.bytes : none;
    let lines = bytes.reduce((count, byte) => count + (byte === lineFeed ? 1 : 0), 0);
    if (bytes.length > 0 && bytes.at(-1) !== lineFeed) {
      this.#disk.append(this.#path, Buffer.from('~\n', 'latin1'));
      lines += 1;
    }
    this.#size = bytes.length;
    return lines;
  }
}

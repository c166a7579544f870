/** The diagnostics file: made once, read by whoever asked, and saved as it was read. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { Output } from '../../../src-shared/contract/index.ts';
import { log } from '../../logs/log.ts';
import type { Core } from '../core.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Connection } from '../session.ts';
import { partsOf } from './parts.ts';

type Made = { readonly bytes: Buffer; readonly sha256: string };

export class Diagnostics {
  readonly #core: Core;
  /** What each screen was shown last, for as long as it is there. */
  readonly #shown = new WeakMap<Connection, Made>();

  constructor(core: Core) {
    this.#core = core;
  }

  preview(connection: Connection, now: number): Output<'diagnostics.preview'> {
    const began = performance.now();
    const parts = partsOf(this.#core, now);
    const made = madeOf(parts.map(({ text }) => text).join(''));
    this.#shown.set(connection, made);
    const { length } = made.bytes;
    log('diagnostics-made', { bytes: length, milliseconds: performance.now() - began });
    return { parts: [...parts], sha256: made.sha256, size: length };
  }

  /**
   * The file as it was shown here; made now where nothing was named.
   * @throws CallError changed-meanwhile when that is not what was shown last
   */
  toSave(connection: Connection, hash: string | undefined, now: number): Made {
    if (hash === undefined) this.preview(connection, now);
    const made = this.#shown.get(connection);
    if (made === undefined || (hash !== undefined && made.sha256 !== hash)) throw new CallError('changed-meanwhile');
    return made;
  }
}

function madeOf(text: string): Made {
  const bytes = Buffer.from(text, 'utf8');
  return { bytes, sha256: sha256(bytes).toString('hex') };
}

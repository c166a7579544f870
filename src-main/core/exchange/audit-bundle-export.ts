/**
 * The audit log for an auditor outside: the bundle that carekeep-verify checks, and the verifier beside it. The file gets
 * its name only when the entry that says what is in it is on the disk.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CallError } from '../../../src-shared/contract/errors.ts';
import type { HandlerInput, Output } from '../../../src-shared/contract/index.ts';
import { originOf } from '../audit/checkpoint-note.ts';
import { bundleLines, PrunedMeanwhile } from '../audit/export-bundle.ts';
import { numbersWithin } from '../audit/export-range.ts';
import { head } from '../audit/log.ts';
import type { Handlers, TaskContext } from '../call.ts';
import type { Core } from '../core.ts';
import { sha256 } from '../crypto/hash.ts';
import { type ExportRun, LongExport } from './long-export.ts';
import { chosenPath, writeWhole } from './save-file.ts';

/** Bytes that are zipped at a time: a few milliseconds. Zips one after the other are one zip. */
const zippedAtOnce = 256 * 1024;
const verifierName = 'carekeep-verify.mjs';

/** As the verifier prints it: eight groups of four hex digits. */
export function identityFingerprint(publicKey: Uint8Array): string {
  return (sha256(publicKey).toString('hex').slice(0, 32).match(/.{4}/g) ?? []).join(' ');
}

/** resources/verify of the application this file is part of, run natively or bundled. @throws when there is none */
function verifierFile(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const candidate = join(folder, 'resources', 'verify', verifierName);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) throw new Error('resources/verify is missing');
  }
}

function* zipped(parts: Iterable<Buffer>): Generator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  for (const part of parts) {
    held.push(part);
    length += part.length;
    if (length < zippedAtOnce) {
      yield Buffer.alloc(0);
      continue;
    }
    yield gzipSync(Buffer.concat(held));
    held = [];
    length = 0;
  }
  yield gzipSync(Buffer.concat(held));
}

export class AuditBundleExport extends LongExport<'auditBundle.save'> {
  constructor(core: Core) {
    super(core, 'audit-bundle');
  }

  /** @throws CallError busy, disk-full, not-writable */
  protected override async write(
    run: ExportRun,
    { core, connection, record }: TaskContext,
    { from, to, verifier, path }: HandlerInput<'auditBundle.save'>,
  ): Promise<Output<'auditBundle.save'>> {
    const opened = core.demandOpen();
    const { store } = opened;
    const written = { bytes: 0, entries: 0 };
    const identity = core.vault.clinicIdentity();
    const fingerprint = identityFingerprint(identity);
    const note = (step: 'begun' | 'written' | 'not-saved'): void =>
      record(({ entry }) => {
        entry.detail['step'] = step;
        entry.detail['entries'] = written.entries;
        if (from !== null) entry.detail['from'] = from;
        if (to !== null) entry.detail['to'] = to;
      });
    const parts = function* (): Generator<Buffer> {
      // The file is open: from here on something leaves, even if the end is never reached.
      note('begun');
      try {
        // All that there is now is signed before it leaves, the beginning of this export included.
        opened.checkpoints.take();
      } catch (error) {
        // What nobody signed goes out unsigned, and the verifier says so.
        core.report('checkpoint', error);
      }
      const { clinicId } = core.vault.ids();
      const looking = numbersWithin(store, { from, to }, head(store).size);
      let range = looking.next();
      for (; !range.done; range = looking.next()) {
        run.demand();
        yield Buffer.alloc(0);
      }
      const bundle = bundleLines(store, {
        clinicId,
        clinicIdentity: identity,
        origin: originOf(clinicId, store.device),
        roster: core.vault.roster(),
        madeAt: core.clock(),
        range: range.value,
      });
      for (const { lines, done, total } of bundle) {
        run.demand();
        written.entries += lines.filter((line) => line.startsWith('{"entry":"')).length;
        yield Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
        run.moved(done, total);
      }
    };
    const counted = function* (bytes: Iterable<Buffer>): Generator<Buffer> {
      for (const part of bytes) {
        written.bytes += part.length;
        yield part;
      }
      note('written');
    };
    try {
      const chosen = await chosenPath(core, connection, {
        path,
        title: 'Carekeep',
        defaultName: 'carekeep-audit.jsonl.gz',
        filters: [{ name: 'JSON Lines', extensions: ['gz', 'jsonl'] }],
      });
      if (chosen === null) note('not-saved');
      else {
        if (verifier) await writeWhole(join(dirname(chosen), verifierName), readFileSync(verifierFile()));
        await writeWhole(chosen, counted(chosen.endsWith('.gz') ? zipped(parts()) : parts()), store);
      }
      return { saved: chosen !== null, ...written, fingerprint };
    } catch (error) {
      // Entries are being let go just now: what was written would not agree with itself.
      throw error instanceof PrunedMeanwhile ? new CallError('busy') : error;
    }
  }
}

export const auditBundleHandlers: Handlers<'auditBundle'> = {
  save: (context, input) => context.core.auditBundleExport.run(context, input),
  cancel: async ({ core }) => {
    core.auditBundleExport.cancel();
    return { ok: true };
  },
};

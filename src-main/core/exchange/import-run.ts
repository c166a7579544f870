/**
 * One import from chosen files to shown rows. A file comes in whole or not at all; all that came in shows at once.
 *
 * Order: files with patients first, so that those who refer to them find them; a file that refers to a patient of a
 * file behind it is taken back and read again at the end.
 */
import type { ImportReport } from '../../../src-shared/contract/exchange.ts';
import { isoDay } from '../../../src-shared/fhir/dates.ts';
import { issue } from '../../../src-shared/fhir/refusals.ts';
import type { NewEntry } from '../audit/log.ts';
import { abortFile, type Batch, beginFile, cancelBatch, endFile, finishBatch } from '../store/batch.ts';
import { likelyDuplicates } from '../store/duplicates.ts';
import { readPatient } from '../store/patient.ts';
import { drain, runSliced } from '../store/slices.ts';
import { ImportFile, type ImportOrigin } from './import-file.ts';
import { ImportNames } from './import-names.ts';
import { type ChosenFile, fileOf, refuse } from './import-report.ts';
import { ValidatorRun } from './read/client.ts';

/** New patients that are compared with those already here; more would make a large take-over wait. */
const comparedAtMost = 2_000;

export type RunOptions = {
  readonly batch: Batch;
  readonly report: ImportReport;
  readonly files: readonly ChosenFile[];
  readonly origin: ImportOrigin;
  readonly validator: string;
  readonly entry: () => Omit<NewEntry, 'batch'>;
  readonly signal: AbortSignal;
  /** Bytes read of all bytes. */
  readonly progress: (done: number, total: number) => void;
};

/** Runs to the end. @throws the signal's reason when cancelled, with nothing of the import left */
export async function runImport(options: RunOptions): Promise<void> {
  const { batch, report, signal } = options;
  const run = new Run(options);
  try {
    const later = await run.read(withPatientsFirst(options.files, report), true);
    if (later.length > 0) await run.read(later, false);
    signal.throwIfAborted();
    if (report.accepted > 0) {
      await runSliced(finishBatch(batch, options.entry()), { signal });
      report.similar = await countSimilar(batch, run.newPatients, signal);
    } else {
      await runSliced(cancelBatch(batch, 'failed'));
    }
  } catch (error) {
    if (!finished(batch)) drain(cancelBatch(batch, signal.aborted ? 'cancelled' : 'failed'));
    throw error;
  }
}

function finished(batch: Batch): boolean {
  return (
    !batch.store.db.open ||
    batch.store.sql<[number], { n: number }>('select 1 n from hidden_batch where batch = ?').get(batch.number) ===
      undefined
  );
}

function withPatientsFirst(files: readonly ChosenFile[], report: ImportReport): ChosenFile[] {
  const hasPatients = ({ index }: ChosenFile) => ((fileOf(report, index).counts['Patient'] ?? 0) > 0 ? 0 : 1);
  return files
    .filter(({ index }) => fileOf(report, index).verdict !== 'refused')
    .toSorted((a, b) => hasPatients(a) - hasPatients(b));
}

class Run {
  readonly newPatients: string[] = [];
  readonly #options: RunOptions;
  readonly #names = new ImportNames();
  #bytesDone = 0;

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** Reads files in order. @returns those that wait for a patient of another file */
  async read(files: readonly ChosenFile[], mayWait: boolean): Promise<ChosenFile[]> {
    const { validator, signal, report } = this.#options;
    const later: ChosenFile[] = [];
    const today = isoDay(this.#options.batch.now());
    const run = new ValidatorRun(validator, {
      kind: 'import',
      files: files.map(({ index, path }) => ({ index, path })),
      today,
    });
    const cancel = (): void => run.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    const total = report.files.reduce((sum, file) => sum + file.bytes, 0);
    let open: ImportFile | null = null;
    let dropped = -1;
    try {
      for await (const message of run) {
        signal.throwIfAborted();
        switch (message.kind) {
          case 'previewed':
            break;
          case 'progress':
            this.#options.progress(Math.min(total, this.#bytesDone + message.bytes), total);
            break;
          case 'batch': {
            if (message.batch.file === dropped) break;
            open ??= this.#begin(message.batch.file);
            if (!(await open.take(message.batch.rows, message.batch.bundles))) {
              dropped = open.index;
              await this.#drop(open, refusalsOf(open));
              open = null;
            }
            break;
          }
          case 'verdict': {
            const { verdict } = message;
            this.#bytesDone += verdict.bytes;
            if (verdict.file !== dropped) {
              open ??= this.#begin(verdict.file);
              if (!verdict.accepted) await this.#drop(open, verdict.refusals);
              else if (!(await this.#keep(open))) {
                const file = files.find(({ index }) => index === verdict.file);
                if (mayWait && file !== undefined) {
                  await this.#drop(open, []);
                  later.push(file);
                } else await this.#drop(open, refusalsOf(open));
              }
            }
            open = null;
            break;
          }
          case 'done':
            if (message.outcome === 'lost') await this.#lost(files, later, open);
            break;
          default: {
            const never: never = message;
            throw new Error(`unknown message ${String(never)}`);
          }
        }
      }
    } finally {
      signal.removeEventListener('abort', cancel);
    }
    return later;
  }

  #begin(index: number): ImportFile {
    const { batch, origin } = this.#options;
    beginFile(batch, index);
    return new ImportFile(batch, this.#names, index, origin, this.#pause);
  }

  readonly #pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#options.signal.throwIfAborted();
  };

  async #keep(open: ImportFile): Promise<boolean> {
    if (!(await open.settle())) return false;
    const { batch, report } = this.#options;
    endFile(batch);
    this.#names.keepFile();
    const file = fileOf(report, open.index);
    const { accepted, duplicates, types } = open.counts;
    Object.assign(file, { accepted, duplicates, counts: types, verdict: accepted === 0 ? 'duplicate' : 'accepted' });
    report.accepted += accepted;
    report.duplicates += duplicates;
    this.newPatients.push(...open.newPatients);
    return true;
  }

  async #drop(open: ImportFile, refusals: Parameters<typeof refuse>[2]): Promise<void> {
    const { batch, report, signal } = this.#options;
    await runSliced(abortFile(batch), { signal });
    this.#names.beginFile();
    if (refusals.length > 0) refuse(report, open.index, refusals);
  }

  /** The validating process ended: files it has not judged are refused with that reason. */
  async #lost(files: readonly ChosenFile[], later: readonly ChosenFile[], open: ImportFile | null): Promise<void> {
    if (open !== null) await this.#drop(open, []);
    for (const file of files) {
      if (fileOf(this.#options.report, file.index).verdict !== 'waiting' || later.includes(file)) continue;
      refuse(this.#options.report, file.index, [{ file: file.index, ...issue('', 'validator-lost') }]);
    }
  }
}

function refusalsOf(file: ImportFile): Parameters<typeof refuse>[2] {
  return file.orphans().map(({ line, path }) => ({
    file: file.index,
    ...issue(path, 'reference-nowhere'),
    ...(line !== undefined && { line }),
  }));
}

/** Patients of this import who look like someone else in the record. */
async function countSimilar(batch: Batch, ids: readonly string[], signal: AbortSignal): Promise<number> {
  let similar = 0;
  for (const id of ids.slice(0, comparedAtMost)) {
    if (signal.aborted) break;
    const patient = readPatient(batch.store, id);
    if (patient === null) continue;
    const { family, given, birthDate } = patient;
    const found = likelyDuplicates(batch.store, { family, given, birthDate, identifiers: [] }, 2);
    if (found.some((one) => one.patient.id !== id)) similar += 1;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return similar;
}

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
import { runSliced } from '../store/slices.ts';
import { linkSlice } from '../store/source.ts';
import { type FarReference, ImportFile, type ImportOrigin } from './import-file.ts';
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
    const later = await run.read(inOrder(options.files, report), true);
    if (later.length > 0) await run.read(later, false);
    signal.throwIfAborted();
    await run.linkFar();
    if (report.accepted > 0) {
      await runSliced(finishBatch(batch, options.entry()), { signal });
      report.similar = await countSimilar(batch, run.newPatients, signal);
    } else {
      await runSliced(cancelBatch(batch, 'failed'));
    }
  } catch (error) {
    // In slices too: others work on while a long import is taken back.
    if (!finished(batch)) await runSliced(cancelBatch(batch, signal.aborted ? 'cancelled' : 'failed'));
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

const holds = (report: ImportReport, index: number, types: readonly string[]): boolean =>
  types.some((type) => (fileOf(report, index).counts[type] ?? 0) > 0);

/** Patients, then what many others refer to, then the rest. */
function inOrder(files: readonly ChosenFile[], report: ImportReport): ChosenFile[] {
  const rank = ({ index }: ChosenFile): number => {
    if (holds(report, index, ['Patient'])) return 0;
    return holds(report, index, ['Organization', 'Location', 'Practitioner', 'Encounter', 'Medication']) ? 1 : 2;
  };
  return files.filter(({ index }) => fileOf(report, index).verdict !== 'refused').toSorted((a, b) => rank(a) - rank(b));
}

class Run {
  readonly newPatients: string[] = [];
  readonly #options: RunOptions;
  readonly #names = new ImportNames();
  #far: FarReference[] = [];
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
          case 'judged':
            break;
          case 'progress':
            this.#options.progress(Math.min(total, this.#bytesDone + message.bytes), total);
            break;
          case 'batch': {
            if (message.batch.file === dropped) break;
            open ??= this.#begin(message.batch.file, mayWait);
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
              open ??= this.#begin(verdict.file, mayWait);
              if (!verdict.accepted) await this.#drop(open, verdict.refusals);
              else if (!(await this.#keep(open))) {
                const file = files.find(({ index }) => index === verdict.file);
                if (mayWait && file !== undefined && open.erased.length === 0) {
                  await this.#drop(open, [], 'postponed');
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

  /** References between files: only now it is known whether a name means one resource. */
  async linkFar(): Promise<void> {
    const links = this.#far.flatMap(({ id, reference, base }) => {
      const target = this.#names.named({ reference, base });
      return target === undefined ? [] : [{ id, reference, target }];
    });
    this.#far = [];
    for (let at = 0; at < links.length; ) {
      at = linkSlice(this.#options.batch, links, at);
      await this.#pause();
    }
  }

  /**
   * A file with patients of its own looks for those of other files when all are known: before, a name could seem to
   * mean one patient because the other who bears it has not been read.
   */
  #begin(index: number, mayWait: boolean): ImportFile {
    const { batch, origin, report } = this.#options;
    beginFile(batch, index);
    const within = mayWait && holds(report, index, ['Patient']) ? 'file' : 'import';
    return new ImportFile(batch, this.#names, index, origin, this.#pause, within);
  }

  readonly #pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#options.signal.throwIfAborted();
  };

  async #keep(open: ImportFile): Promise<boolean> {
    if (!(await open.settle())) return false;
    const { batch, report } = this.#options;
    endFile(batch);
    this.#names.keepFile(open.index);
    this.#far.push(...open.far);
    const file = fileOf(report, open.index);
    const { accepted, duplicates, types } = open.counts;
    Object.assign(file, { accepted, duplicates, counts: types, verdict: accepted === 0 ? 'duplicate' : 'accepted' });
    report.accepted += accepted;
    report.duplicates += duplicates;
    this.newPatients.push(...open.newPatients);
    return true;
  }

  async #drop(
    open: ImportFile,
    refusals: Parameters<typeof refuse>[2],
    what: 'gone' | 'postponed' = 'gone',
  ): Promise<void> {
    const { batch, report, signal } = this.#options;
    await runSliced(abortFile(batch), { signal });
    if (what === 'postponed') this.#names.postponeFile(open.index);
    else this.#names.beginFile();
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
  const found = (code: 'erased' | 'reference-nowhere', places: ReturnType<ImportFile['orphans']>) =>
    places.map(({ line, path }) => ({ file: file.index, ...issue(path, code), ...(line !== undefined && { line }) }));
  return file.erased.length > 0 ? found('erased', file.erased) : found('reference-nowhere', file.orphans());
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

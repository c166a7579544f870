/**
 * One file of an import on its way into the batch: each resource gets its patient, is found to be new or a duplicate,
 * and is written. What refers to a patient who has not come yet waits.
 */

import { importSource } from '../chart/source-line.ts';
import { type Batch, type ImportRow, writeEnvelope, writeSlice } from '../store/batch.ts';
import { toColumns } from '../store/columns.ts';
import { isErased } from '../store/erasures.ts';
import type { Store } from '../store/open.ts';
import { findDuplicate, findPatientByContent, linkSlice } from '../store/source.ts';
import { newId } from '../store/transaction.ts';
import { baseOf, type ImportNames, type NamedReference } from './import-names.ts';
import type { ImportBundle, ImportRow as ReadRow, RowReference } from './read/messages.ts';

/** Text of waiting resources held in memory at most; a file that needs more is refused (its patients come last). */
const waitingMaximum = 64 * 1024 * 1024;

/** Who brought it in, when, and the import's name. */
export type ImportOrigin = { readonly by: string; readonly at: number; readonly import: string };

export type FileCounts = { accepted: number; duplicates: number; readonly types: Record<string, number> };

type Waiting = { readonly row: ReadRow; readonly reference: RowReference };
/** A resource with its id, before its references are looked up: what it refers to may come right behind it. */
type Placed = { readonly row: ReadRow; readonly id: string; readonly patient: string | null; readonly hash: Buffer };
/** Where in its file a resource stands, as far as references depend on it. */
type Spot = { readonly bundle?: number | undefined; readonly fullUrl?: string | undefined };
type Unresolved = {
  readonly id: string;
  readonly row: Spot;
  readonly reference: RowReference;
};
/** A reference to another file, told when all of them are here. */
export type FarReference = NamedReference & { readonly id: string };

export class ImportFile {
  readonly index: number;
  readonly counts: FileCounts = { accepted: 0, duplicates: 0, types: {} };
  /** New patients of this file, for the search of likely duplicates. */
  readonly newPatients: string[] = [];
  readonly #batch: Batch;
  readonly #names: ImportNames;
  readonly #origin: ImportOrigin;
  readonly #pause: () => Promise<void>;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** References ahead of what they lead to, settled when all of the file is here. */
  #unresolved: Unresolved[] = [];
  readonly #bundles: ImportBundle[] = [];
  readonly #bundleIds = new Map<number, Map<number, string>>();
  readonly #patientsWithin: 'file' | 'import';
  /** What leads out of this file: settled when all files are here. */
  far: readonly FarReference[] = [];

  /** @param patientsWithin whose patients its resources may belong to */
  constructor(
    batch: Batch,
    names: ImportNames,
    index: number,
    origin: ImportOrigin,
    pause: () => Promise<void>,
    patientsWithin: 'file' | 'import',
  ) {
    this.#batch = batch;
    this.#names = names;
    this.index = index;
    this.#origin = origin;
    this.#pause = pause;
    this.#patientsWithin = patientsWithin;
    names.beginFile();
  }

  /** Patients under the local id of somebody who was erased: the file was made here, before. */
  readonly erased: { readonly line: number | undefined; readonly path: string }[] = [];

  /** False when too much waits for patients that have not come, or somebody in it was erased. */
  async take(rows: readonly ReadRow[], bundles: readonly ImportBundle[]): Promise<boolean> {
    const placed: Placed[] = [];
    for (const row of rows) this.#place(row, placed);
    this.#wake(placed);
    await this.#write(placed.map((one) => this.#toRow(one)));
    this.#bundles.push(...bundles);
    if (this.#waiting.length === 0) await this.#takeBundles();
    return this.erased.length === 0 && this.#waitingBytes <= waitingMaximum;
  }

  /** All of the file has come: what still waits, waits for nothing. True when the file is whole. */
  async settle(): Promise<boolean> {
    if (this.#waiting.length > 0 || this.erased.length > 0) return false;
    await this.#takeBundles();
    const rest = this.#unresolved;
    this.#unresolved = [];
    const far: FarReference[] = [];
    const links = rest.flatMap(({ id, row, reference }) => {
      const target = this.#targetOf(row, reference);
      if (target === undefined) far.push({ id, reference: reference.reference, base: baseOf(row.fullUrl) });
      return target === undefined ? [] : [{ id, reference: reference.reference, target }];
    });
    this.far = far;
    for (let at = 0; at < links.length; ) {
      at = linkSlice(this.#batch, links, at);
      await this.#pause();
    }
    return true;
  }

  /** Resources whose patient never came, with the path of the reference. */
  orphans(): readonly { readonly line: number | undefined; readonly path: string }[] {
    return this.#waiting.map(({ row, reference }) => ({
      line: row.line,
      path: row.path === '' ? reference.path : `${row.path}.${reference.path}`,
    }));
  }

  #wake(placed: Placed[]): void {
    for (let before = -1; before !== placed.length && this.#waiting.length > 0; ) {
      before = placed.length;
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      for (const { row } of waiting) this.#place(row, placed);
    }
  }

  #place(row: ReadRow, placed: Placed[]): void {
    if (row.type === 'Patient' && isErasedHere(this.#batch.store, row)) {
      this.erased.push({ line: row.line, path: row.path });
      return;
    }
    const patient = this.#patientOf(row);
    if (patient === 'waits') {
      const reference = row.references.find((one) => one.reference === row.columns.patient);
      if (reference === undefined) throw new Error('a waiting row without a reference');
      this.#waiting.push({ row, reference });
      this.#waitingBytes += row.text.length * 2;
      return;
    }
    const hash = Buffer.from(row.hash16);
    const known = this.#known(row.type, patient, hash, placed);
    const id = known ?? newId(this.#batch.now());
    this.#names.add(namesOf(row), row.bundle, row.entry, id);
    if (row.bundle !== undefined && row.entry !== undefined) this.#entryIds(row.bundle).set(row.entry, id);
    if (known !== null) {
      this.counts.duplicates += 1;
      return;
    }
    this.counts.accepted += 1;
    this.counts.types[row.type] = (this.counts.types[row.type] ?? 0) + 1;
    if (row.type === 'Patient') this.newPatients.push(id);
    placed.push({ row, id, patient: row.type === 'Patient' ? id : patient, hash });
  }

  /** Equal content in the same chart is a duplicate; equal patients are one. */
  #known(type: string, patient: string | null, hash: Buffer, placed: readonly Placed[]): string | null {
    const { store, number } = this.#batch;
    const isPatient = type === 'Patient';
    const near = placed.find(
      (one) => one.hash.equals(hash) && one.row.type === type && (isPatient || one.patient === patient),
    );
    if (near !== undefined) return near.id;
    return isPatient
      ? findPatientByContent(store, hash, number)
      : (findDuplicate(store, patient, hash, number)?.id ?? null);
  }

  #toRow({ row, id, patient, hash }: Placed): ImportRow {
    const { columns } = row;
    const references: (readonly [string, string])[] = [];
    for (const reference of row.references) {
      if (reference.kind === 'contained') continue;
      const target = this.#targetOf(row, reference);
      if (target !== undefined) references.push([reference.reference, target]);
      else if (reference.kind === 'relative' || reference.kind === 'absolute') {
        const { bundle, fullUrl } = row;
        this.#unresolved.push({ id, row: { bundle, fullUrl }, reference });
      } else if (reference.entry !== undefined)
        this.#unresolved.push({ id, row: { bundle: row.bundle, fullUrl: undefined }, reference });
    }
    const encounter = references.find(([reference]) => reference === columns.encounter);
    return {
      id,
      type: row.type,
      patientId: patient,
      encounterId: encounter?.[1] ?? null,
      json: row.text,
      resource: row.type === 'Patient' ? JSON.parse(row.text) : undefined,
      columns: toColumns(columns),
      source: importSource(this.#origin, this.index, row.fullUrl),
      hash,
      names: namesOf(row),
      references,
    };
  }

  #patientOf(row: ReadRow): string | null | 'waits' {
    const { patient } = row.columns;
    if (row.type === 'Patient' || patient === undefined) return null;
    const reference = row.references.find((one) => one.reference === patient);
    if (reference === undefined || reference.kind === 'contained') return null;
    const found = this.#targetOf(row, reference, this.#patientsWithin);
    if (found !== undefined) return found;
    // A subject may be a group, a device or a place: those belong to no chart.
    const elsewhere = reference.type !== undefined && reference.type !== 'Patient';
    const untold = reference.kind === 'conditional' || reference.kind === 'other';
    return elsewhere || untold ? null : 'waits';
  }

  #targetOf(
    { bundle, fullUrl }: Spot,
    { entry, reference }: RowReference,
    within: 'file' | 'import' = 'import',
  ): string | undefined {
    if (entry !== undefined && bundle !== undefined) return this.#names.entry(bundle, entry);
    return this.#names.named({ reference, base: baseOf(fullUrl) }, within);
  }

  async #write(rows: readonly ImportRow[]): Promise<void> {
    for (let at = 0; at < rows.length; ) {
      at = writeSlice(this.#batch, rows, at);
      await this.#pause();
    }
  }

  #entryIds(bundle: number): Map<number, string> {
    let ids = this.#bundleIds.get(bundle);
    if (ids === undefined) {
      ids = new Map();
      this.#bundleIds.set(bundle, ids);
    }
    return ids;
  }

  async #takeBundles(): Promise<void> {
    for (const bundle of this.#bundles.splice(0)) await this.#takeBundle(bundle);
  }

  /** A document is kept whole, as a row of its patient's chart; any other bundle as its envelope. */
  async #takeBundle(bundle: ImportBundle): Promise<void> {
    const ids = this.#entryIds(bundle.bundle);
    const entries = Array.from({ length: bundle.entries }, (_, entry) => ids.get(entry) ?? null);
    if (!bundle.whole) {
      writeEnvelope(this.#batch, { type: bundle.bundleType, json: bundle.text, rows: JSON.stringify(entries) });
      return;
    }
    const hash = Buffer.from(bundle.hash16);
    const patient = this.#subjectOf(entries);
    const known = findDuplicate(this.#batch.store, patient, hash, this.#batch.number);
    const id = known?.id ?? newId(this.#batch.now());
    writeEnvelope(this.#batch, { type: bundle.bundleType, json: '', rows: JSON.stringify([id, ...entries]) });
    if (known !== null) return;
    await this.#write([
      {
        id,
        type: 'Bundle',
        patientId: patient,
        encounterId: null,
        json: bundle.text,
        resource: undefined,
        columns: { date: null, status: null, code: null, category: bundle.bundleType },
        source: importSource(this.#origin, this.index, undefined),
        hash,
        names: bundle.sourceId === undefined ? [] : [`Bundle/${bundle.sourceId}`],
        references: [],
      },
    ]);
  }

  /** The patient whose chart a document belongs to: the one whom its resources belong to. */
  #subjectOf(entries: readonly (string | null)[]): string | null {
    const find = this.#batch.store.sql<[string], { patient: string | null }>(
      'select patient_id patient from resource where id = ?',
    );
    const patients = new Set(
      entries.flatMap((id) => (id === null ? [] : [find.get(id)?.patient ?? null])).filter((one) => one !== null),
    );
    const [only] = patients;
    return patients.size === 1 && only !== undefined ? only : null;
  }
}

function namesOf(row: ReadRow): string[] {
  const names = row.sourceId === undefined ? [] : [`${row.type}/${row.sourceId}`];
  return row.fullUrl === undefined || names.includes(row.fullUrl) ? names : [...names, row.fullUrl];
}

/** By the id or the address that an export of ours gave the patient. */
function isErasedHere(store: Store, { sourceId, fullUrl }: ReadRow): boolean {
  const named = [sourceId, fullUrl?.replace(/^urn:uuid:|^.*\/Patient\//, '')];
  return named.some((id) => id !== undefined && isErased(store, id));
}

/** What is asked again and again while one slice of ops is taken: asked of the store once. */
import type { JsonObject } from '../../../../src-shared/fhir/json.ts';
import { isErased } from '../../store/erasures.ts';
import { anyLost } from '../../store/lost-writes.ts';
import { anyMerged } from '../../store/merged-state.ts';
import type { ResourceRow } from '../../store/row.ts';
import { rowColumns } from '../../store/row.ts';
import type { Tx } from '../../store/transaction.ts';

/** A merged text that is nobody's own: shown only where it is FHIR R4. */
export type Merge = { readonly type: string; readonly json: string };
/** Text → whether it is a resource. */
export type Verdicts = ReadonlyMap<string, boolean>;

export class Slice {
  readonly tx: Tx;
  readonly #verdicts: Verdicts;
  readonly #erased = new Map<string, boolean>();
  readonly #patients = new Map<string, boolean>();
  /** Merges without a verdict, by text. */
  readonly unjudged = new Map<string, Merge>();
  /** May a row have more state than its columns tell? */
  besides: boolean;

  constructor(tx: Tx, verdicts: Verdicts) {
    this.tx = tx;
    this.#verdicts = verdicts;
    this.besides = anyLost(tx.store) || anyMerged(tx.store);
  }

  isErased(patient: string): boolean {
    const known = this.#erased.get(patient);
    if (known !== undefined) return known;
    const erased = isErased(this.tx.store, patient);
    this.#erased.set(patient, erased);
    return erased;
  }

  noteErased(patient: string): void {
    this.#erased.set(patient, true);
    this.#patients.delete(patient);
  }

  /** Has this patient a line here? */
  isHere(patient: string): boolean {
    if (this.#patients.get(patient) === true) return true;
    const here =
      this.tx.store.sql<[string], { one: number }>('select 1 one from patient where id = ?').get(patient) !== undefined;
    this.#patients.set(patient, here);
    return here;
  }

  row(id: string): ResourceRow | undefined {
    return this.tx.store.sql<[string], ResourceRow>(`select ${rowColumns} from resource r where r.id = ?`).get(id);
  }

  /** For `saveState`: a text without a verdict counts as one for now, and the slice is not taken. */
  validOf(type: string): (json: string) => boolean {
    return (json) => {
      const verdict = this.#verdicts.get(json);
      if (verdict === undefined) this.unjudged.set(json, { type, json });
      return verdict ?? true;
    };
  }
}

export type Read = { readonly json: string; readonly resource: JsonObject };

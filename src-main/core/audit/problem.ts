/** What verification can find wrong. */

/** The first thing wrong: a closed code and where (a number or a local id, never content). */
export type Problem = { readonly code: ProblemCode; readonly at: string };
export type ProblemCode =
  | 'entry-missing'
  | 'entry-damaged'
  | 'leaf-differs'
  | 'tile-differs'
  | 'checkpoint-missing'
  | 'checkpoint-broken'
  | 'checkpoint-differs'
  | 'action-broken'
  | 'anchor-unnamed'
  | 'prune-differs'
  | 'head-differs'
  | 'row-missing'
  | 'row-damaged'
  | 'row-unknown'
  | 'chart-damaged'
  | 'chart-missing'
  | 'part-older'
  | 'import-damaged'
  | 'import-missing'
  | 'patient-differs'
  | 'restriction-differs'
  | 'search-differs'
  | 'index-differs'
  | 'signature-missing'
  | 'signature-broken'
  | 'page-damaged';

/** Throws inside the phases; `verifyStore` turns it into the verdict. */
export class Found extends Error {
  readonly problem: Problem;
  constructor(code: ProblemCode, at: string | number) {
    super(code);
    this.problem = { code, at: String(at) };
  }
}

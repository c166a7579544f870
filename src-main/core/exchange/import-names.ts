/**
 * Which local id a resource of an import got, by what the source calls it.
 *
 * Patient safety decides the rules: inside one bundle by its entries; inside one file, then inside one import, by
 * fullUrl or `Type/id` as long as only one resource is called so; across imports never by a relative name, because
 * two sources may both have a Patient/1. Who comes from a server of their own (an http fullUrl) means that server by a
 * relative reference, and nobody of another one.
 */
const ambiguous = Symbol('ambiguous');
/** The name belongs to a file that was put back and has not come again. */
type Postponed = { readonly file: number };
type Target = string | typeof ambiguous | Postponed;

/** A reference as written, and the server that its resource came from. */
export type NamedReference = { readonly reference: string; readonly base: string | undefined };

const serverOf = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[^/]*)?$/;

/** The server that a fullUrl names, with its last slash; undefined for urn and others. */
export function baseOf(fullUrl: string | undefined): string | undefined {
  return fullUrl === undefined ? undefined : serverOf.exec(fullUrl)?.[1];
}

export class ImportNames {
  readonly #whole = new Map<string, Target>();
  #file = new Map<string, Target>();
  #entries = new Map<string, string>();
  /** Servers by local id, of resources that have one. */
  readonly #bases = new Map<string, string>();

  /** A new file begins: its own names come first from now on. */
  beginFile(): void {
    this.#file = new Map();
    this.#entries = new Map();
  }

  /** The file stays: the rest of the import may refer to its resources. */
  keepFile(file: number): void {
    for (const [name, target] of this.#file) note(this.#whole, name, target, file);
    this.beginFile();
  }

  /** The file is put back: what it calls by a name is not free for others. */
  postponeFile(file: number): void {
    const later: Postponed = { file };
    for (const name of this.#file.keys()) note(this.#whole, name, later, file);
    this.beginFile();
  }

  add(names: readonly string[], bundle: number | undefined, entry: number | undefined, id: string): void {
    for (const name of names) {
      note(this.#file, name, id);
      const base = baseOf(name);
      if (base !== undefined) this.#bases.set(id, base);
    }
    if (bundle !== undefined && entry !== undefined) this.#entries.set(`${bundle}#${entry}`, id);
  }

  /** Local id of an entry of this file's bundle, once its row has come. */
  entry(bundle: number, entry: number): string | undefined {
    return this.#entries.get(`${bundle}#${entry}`);
  }

  /**
   * Local id behind a reference's text; undefined while it has not come, or when it could mean several.
   * @param within `file`: only what this file brought
   */
  named({ reference, base }: NamedReference, within: 'file' | 'import' = 'import'): string | undefined {
    const name = reference.replace(/\/_history\/[^/]*$/, '');
    const find = (wanted: string): Target | undefined =>
      this.#file.get(wanted) ?? (within === 'import' ? this.#whole.get(wanted) : undefined);
    const there = base === undefined ? undefined : find(base + name);
    if (typeof there === 'string') return there;
    const found = find(name);
    if (typeof found !== 'string') return undefined;
    const other = this.#bases.get(found);
    return base !== undefined && other !== undefined && other !== base && !name.startsWith('http') ? undefined : found;
  }
}

function note(names: Map<string, Target>, name: string, target: Target, file?: number): void {
  const known = names.get(name);
  const comesAgain = typeof known === 'object' && known.file === file;
  names.set(name, known === undefined || known === target || comesAgain ? target : ambiguous);
}

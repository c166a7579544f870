/**
 * Which local id a resource of an import got, by what the source calls it.
 *
 * Patient safety decides the rules: inside one bundle by its entries; inside one file, then inside one import, by
 * fullUrl or `Type/id` as long as only one resource is called so; across imports never by a relative name, because
 * two sources may both have a Patient/1. Resources that stand alone are called by name before those inside bundles:
 * a bundle is a world of its own, and the same example may live in many. Who comes from a server of their own (an http
 * fullUrl) means that server by a relative reference, and nobody of another one.
 */
const ambiguous = Symbol('ambiguous');
/** The name belongs to a file that was put back and has not come again. */
type Postponed = { readonly file: number };
type Target = string | typeof ambiguous | Postponed;

/** A reference as written, and the server that its resource came from. */
export type NamedReference = { readonly reference: string; readonly base: string | undefined };

/** Names of what stands alone, and of what came inside bundles. */
type Names = { readonly alone: Map<string, Target>; readonly bundled: Map<string, Target> };
const noNames = (): Names => ({ alone: new Map(), bundled: new Map() });

const serverOf = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[^/]*)?$/;

/** The server that a fullUrl names, with its last slash; undefined for urn and others. */
export function baseOf(fullUrl: string | undefined): string | undefined {
  return fullUrl === undefined ? undefined : serverOf.exec(fullUrl)?.[1];
}

export class ImportNames {
  readonly #whole = noNames();
  #file = noNames();
  #entries = new Map<string, string>();
  /** Servers by local id, of resources that have one. */
  readonly #bases = new Map<string, string>();

  /** A new file begins: its own names come first from now on. */
  beginFile(): void {
    this.#file = noNames();
    this.#entries = new Map();
  }

  /** The file stays: the rest of the import may refer to its resources. */
  keepFile(file: number): void {
    for (const tier of ['alone', 'bundled'] as const) {
      for (const [name, target] of this.#file[tier]) note(this.#whole[tier], name, target, file);
    }
    this.beginFile();
  }

  /** The file is put back: what it calls by a name is not free for others. */
  postponeFile(file: number): void {
    const later: Postponed = { file };
    for (const tier of ['alone', 'bundled'] as const) {
      for (const name of this.#file[tier].keys()) note(this.#whole[tier], name, later, file);
    }
    this.beginFile();
  }

  add(names: readonly string[], bundle: number | undefined, entry: number | undefined, id: string): void {
    const own = bundle === undefined ? this.#file.alone : this.#file.bundled;
    for (const name of names) {
      note(own, name, id);
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
    const places = within === 'file' ? [this.#file] : [this.#file, this.#whole];
    const find = (wanted: string): Target | undefined => {
      for (const { alone, bundled } of places) {
        const found = alone.get(wanted) ?? bundled.get(wanted);
        if (found !== undefined) return found;
      }
      return undefined;
    };
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

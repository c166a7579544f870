/**
 * Which local id a resource of an import got, by what the source calls it.
 *
 * Patient safety decides the rules: inside one bundle by its entries; inside one file, then inside one import, by
 * fullUrl or `Type/id` as long as only one resource is called so; across imports never by a relative name, because
 * two sources may both have a Patient/1.
 */
const ambiguous = Symbol('ambiguous');
type Target = string | typeof ambiguous;

export class ImportNames {
  readonly #whole = new Map<string, Target>();
  #file = new Map<string, Target>();
  #entries = new Map<string, string>();

  /** A new file begins: its own names come first from now on. */
  beginFile(): void {
    this.#file = new Map();
    this.#entries = new Map();
  }

  /** The file stays: the rest of the import may refer to its resources. */
  keepFile(): void {
    for (const [name, target] of this.#file) note(this.#whole, name, target);
    this.beginFile();
  }

  add(names: readonly string[], bundle: number | undefined, entry: number | undefined, id: string): void {
    for (const name of names) note(this.#file, name, id);
    if (bundle !== undefined && entry !== undefined) this.#entries.set(`${bundle}#${entry}`, id);
  }

  /** Local id of an entry of this file's bundle, once its row has come. */
  entry(bundle: number, entry: number): string | undefined {
    return this.#entries.get(`${bundle}#${entry}`);
  }

  /** Local id behind a reference's text; undefined while it has not come, or when it could mean several. */
  named(reference: string): string | undefined {
    const name = reference.replace(/\/_history\/[^/]*$/, '');
    const target = this.#file.get(name) ?? this.#whole.get(name);
    return typeof target === 'string' ? target : undefined;
  }
}

function note(names: Map<string, Target>, name: string, target: Target): void {
  const known = names.get(name);
  names.set(name, known === undefined || known === target ? target : ambiguous);
}

/** Every Reference in a resource, and what kind of pointer it is (FHIR R4 §2.3.0). */
import { isObject, type JsonObject } from './json.ts';
import { joinPath, pathName } from './refusals.ts';

/**
 * contained `#id` · urn `urn:uuid:`/`urn:oid:` (an entry of the same bundle) · relative `Patient/1` ·
 * absolute `https://…` · conditional `Patient?identifier=…` · other (anything else: kept, never resolved)
 */
export type ReferenceKind = 'contained' | 'urn' | 'relative' | 'absolute' | 'conditional' | 'other';

export type FoundReference = {
  /** Path of the Reference element within its resource: `subject`, `participant[0].individual`. */
  readonly path: string;
  /** The `reference` text as written. */
  readonly reference: string;
  readonly kind: ReferenceKind;
  /** Type of the target as far as the text or `Reference.type` tells. */
  readonly type?: string;
};

const relative = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
const absolute = /^https?:\/\/.*\/([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

export function referenceKind(reference: string): ReferenceKind {
  if (reference.startsWith('#')) return 'contained';
  if (reference.startsWith('urn:uuid:') || reference.startsWith('urn:oid:')) return 'urn';
  if (relative.test(reference)) return 'relative';
  if (/^https?:\/\//.test(reference)) return 'absolute';
  return /^[A-Z][A-Za-z]+\?/.test(reference) ? 'conditional' : 'other';
}

/** The type a reference's text names: `Patient/1` and `https://x/Patient/1` name Patient. */
export function referencedType(reference: string): string | undefined {
  return relative.exec(reference)?.[1] ?? absolute.exec(reference)?.[1] ?? /^([A-Z][A-Za-z]+)\?/.exec(reference)?.[1];
}

/** A resource inside that is not contained has its own references: an entry of a Bundle, a parameter's resource. */
function isForeign(value: JsonObject, path: string): boolean {
  return path !== '' && typeof value.resourceType === 'string' && !/(^|\.)contained\[\d+\]$/.test(path);
}

/** All references in the resource, contained ones included, in document order. Iterative: depth is the scanner's to limit. */
export function referencesIn(resource: JsonObject): FoundReference[] {
  const found: FoundReference[] = [];
  const open: { readonly value: unknown; readonly path: string }[] = [{ value: resource, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index -= 1) {
        const item: unknown = value[index];
        if (typeof item === 'object' && item !== null) open.push({ value: item, path: `${path}[${index}]` });
      }
    } else if (isObject(value) && !isForeign(value, path)) {
      // A Reference is the only R4 data type with a string `reference`.
      const reference = value.reference;
      if (typeof reference === 'string' && value.resourceType === undefined) {
        const type = referencedType(reference) ?? (typeof value.type === 'string' ? value.type : undefined);
        found.push({ path, reference, kind: referenceKind(reference), ...(type === undefined ? {} : { type }) });
      }
      const names = Object.keys(value);
      for (let index = names.length - 1; index >= 0; index -= 1) {
        const name = names[index] ?? '';
        const item = value[name];
        if (typeof item === 'object' && item !== null) open.push({ value: item, path: joinPath(path, pathName(name)) });
      }
    }
  }
  return found;
}

/**
 * The fullUrl that a reference names inside a bundle (FHIR R4 bundle.html#references): absolute and urn references
 * name themselves, a relative one is taken against the base of the entry's own fullUrl.
 */
export function bundleTarget(reference: FoundReference, fullUrl: string | undefined): string | undefined {
  const text = reference.reference.replace(/\/_history\/[^/]*$/, '');
  if (reference.kind === 'urn' || reference.kind === 'absolute') return text;
  if (reference.kind !== 'relative') return undefined;
  const base = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(\/_history\/[^/]*)?$/.exec(fullUrl ?? '')?.[1];
  return base === undefined ? undefined : base + text;
}

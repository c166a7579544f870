/**
 * Parsed JSON and the few careful ways into it. Files come from outside: nothing is assumed to be where it belongs,
 * so reading never throws and a wrong shape reads as absent.
 */
export type Json = string | number | boolean | null | JsonObject | readonly Json[];
export type JsonObject = { readonly [key: string]: Json | undefined };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own member, never one of its prototype. */
export function member(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A string with something in it, made well-formed (a lone surrogate becomes U+FFFD); else undefined. */
export function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const trimmed = value.trim();
  return trimmed === '' ? undefined : trimmed.toWellFormed();
}

/** The string at `name`. */
export function textAt(value: unknown, name: string): string | undefined {
  return text(member(value, name));
}

/** The elements of a list; one bare value counts as a list of one, anything absent as none. */
export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** The elements of the list at `name`. */
export function listAt(value: unknown, name: string): readonly unknown[] {
  return list(member(value, name));
}

/** First result of `read` over `values` that is not undefined. */
export function firstOf<In, Out>(values: Iterable<In>, read: (value: In) => Out | undefined): Out | undefined {
  for (const value of values) {
    const found = read(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

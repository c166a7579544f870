/** RFC 8785 (JCS): one byte sequence per JSON value, for what is hashed, signed or authenticated. */
import canonicalize from 'canonicalize';

/** @throws TypeError for what JSON cannot say (functions, NaN, lone surrogates) */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined || !text.isWellFormed()) throw new TypeError('not a JSON value');
  return text;
}

/** The same as UTF-8 bytes. */
export function canonicalBytes(value: unknown): Buffer {
  return Buffer.from(canonicalJson(value), 'utf8');
}

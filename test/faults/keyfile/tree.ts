/** The content of a key file as a plain tree, to be changed anywhere without asking its types. */
import { randomBytes } from '../../../src-main/core/crypto/random.ts';
import { encodeKeyFile } from '../../../src-main/core/vault/key-file.ts';
import { hold } from '../kind.ts';
import type { Clinic } from './clinic.ts';

export type Path = readonly (string | number)[];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export function at(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, key) => (isObject(inside) ? Reflect.get(inside, key) : undefined), tree);
}

/** Puts a value at a path; undefined takes it away. */
export function put(tree: unknown, path: Path, value: unknown): void {
  const inside = at(tree, path.slice(0, -1));
  const key = path.at(-1);
  hold(isObject(inside) && key !== undefined, `nothing at ${path.join('.')}`);
  if (value !== undefined) Reflect.set(inside, key, value);
  else if (Array.isArray(inside)) inside.splice(Number(key), 1);
  else Reflect.deleteProperty(inside, key);
}

/** Exchanges what stands at two paths. */
export function exchange(tree: unknown, left: Path, right: Path): void {
  const [one, other] = [at(tree, left), at(tree, right)];
  put(tree, left, other);
  put(tree, right, one);
}

/** Every path that ends in a text, number, boolean or null. */
export function leaves(tree: unknown, path: Path = []): Path[] {
  if (!isObject(tree)) return [path];
  return Object.entries(tree).flatMap(([key, value]) =>
    leaves(value, [...path, Array.isArray(tree) ? Number(key) : key]),
  );
}

/** Sealed as our own code seals it, by somebody who has the device secret: further on than the keychain remembers. */
export function sealed(clinic: Clinic, tree: unknown): Buffer {
  const sequence = at(tree, ['sequence']);
  if (typeof sequence === 'number' && sequence === clinic.payload.sequence) put(tree, ['sequence'], sequence + 1);
  const bytes: unknown = Reflect.apply(encodeKeyFile, undefined, [
    tree,
    clinic.secret,
    clinic.secretNumber,
    randomBytes,
  ]);
  hold(Buffer.isBuffer(bytes), 'a key file is bytes');
  return bytes;
}

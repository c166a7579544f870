/** Input that a procedure must refuse: anything at all, or what it takes with one thing wrong. By seed. */
import fc from 'fast-check';

/** Values that a structured clone carries and no schema of ours wants somewhere. */
const odd: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  1e308,
  2 ** 53,
  -0,
  12n,
  new Date(0),
  new Date(Number.NaN),
  new Uint8Array([1, 2, 3]),
  [],
  [[[[]]]],
  {},
  true,
  null,
  undefined,
  '',
  '\u0000',
  '\ud800',
  '../../etc/passwd',
  "'; drop table resource; --",
  'x'.repeat(100_000),
  Array.from({ length: 20_000 }, (_, at) => at),
  JSON.parse('{"then":"not a promise"}'),
  { toJSON: 'not a function', toString: 1, valueOf: 2 },
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'),
];

const extraKeys: readonly string[] = [
  '__proto__',
  'constructor',
  'session',
  'userId',
  'admin',
  'toString',
  '',
  '\u202e',
  'x'.repeat(5_000),
];

type Path = readonly (string | number)[];

function paths(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...at, Array.isArray(value) ? Number(key) : key])),
  ];
}

/** A copy with the value at a path made another; an own `__proto__` stays a key. */
function changed(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((inner, at) => (at === first ? changed(inner, rest, change) : inner));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === first ? changed(inner, rest, change) : inner]),
  );
}

function without(value: unknown, path: Path): unknown {
  const parent = path.slice(0, -1);
  const last = path.at(-1);
  return changed(value, parent, (inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).filter(([key]) => key !== last))
      : undefined,
  );
}

function withKey(value: unknown, key: string, inner: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return inner;
  const copy: Record<string, unknown> = { ...value };
  Object.defineProperty(copy, key, { value: inner, enumerable: true, configurable: true, writable: true });
  return copy;
}

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withTypedArray: true,
  withSparseArray: true,
  withUnicodeString: true,
  maxDepth: 4,
});
/** What may stand in a page and cross to another process. */
const value = fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...odd) }, { weight: 1, arbitrary: anything });

/** @param valid input that the procedure takes */
export function malformed(valid: unknown): fc.Arbitrary<unknown> {
  const places = paths(valid);
  const place = fc.constantFrom(...places);
  return fc.oneof(
    { weight: 2, arbitrary: value },
    { weight: 5, arbitrary: fc.tuple(place, value).map(([path, other]) => changed(valid, path, () => other)) },
    { weight: 2, arbitrary: place.map((path) => without(valid, path)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(place, fc.constantFrom(...extraKeys), value)
        .map(([path, key, inner]) => changed(valid, path, (old) => withKey(old, key, inner))),
    },
  );
}

/** Names that are no procedure, built on one that is. Over 100 letters core does not even look. */
export const wrongNames = (name: string): readonly string[] => [
  '',
  ' ',
  `${name} `,
  ` ${name}`,
  `${name}.`,
  `.${name}`,
  `${name}\u0000`,
  name.toUpperCase(),
  name.replace('.', '..'),
  name.replace('.', '/'),
  `${name}.constructor`,
  `${name.split('.')[0]}.__proto__`,
  `${name.split('.')[0]}.constructor`,
  `${name.split('.')[0]}.toString`,
  `${name.split('.')[0]}`,
  '__proto__',
  'constructor.constructor',
  'hasOwnProperty',
  '__proto__.polluted',
  '\u202e'.concat(name),
];

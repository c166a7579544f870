/** Random JSON texts as files have them: odd keys, escapes, numbers written every way, white space anywhere. */
import fc from 'fast-check';

const space = fc.constantFrom('', '', '', ' ', '\n', '\t', '\r\n  ');
const number = fc.oneof(
  fc.constantFrom('0', '-0', '-0.0', '1.50', '1e3', '1E-7', '0.0000001', '12345678901234567890', '1.10e+05', '100.000'),
  fc.integer().map(String),
  fc.tuple(fc.integer(), fc.stringMatching(/^[0-9]{1,20}$/)).map(([whole, part]) => `${whole}.${part}`),
);
const string = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('"\\u0041"', '"{\\"resource\\":{"', '"\\\\"', '"]}"', '"é\\n"'),
);

/** JSON text of any value; `keys` are made distinct within an object. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    number,
    string,
    fc.constantFrom('true', 'false', 'null'),
    fc
      .tuple(space, fc.array(tie('value'), { maxLength: 4 }))
      .map(([gap, items]) => `[${gap}${items.join(`${gap},`)}${gap}]`),
    fc
      .tuple(
        space,
        fc.dictionary(
          fc.string({ maxLength: 6 }).filter((key) => key !== '__proto__'),
          tie('value'),
          { maxKeys: 5 },
        ),
      )
      .map(([gap, members]) => objectText(members, gap)),
  ),
})).value;

/** JSON text of an object. */
export const objectJson: fc.Arbitrary<string> = fc
  .tuple(
    space,
    fc.dictionary(fc.constantFrom('a', 'b', 'id', 'entry', 'resource', 'name', 'é'), jsonText, { maxKeys: 6 }),
  )
  .map(([gap, members]) => objectText(members, gap));

export function objectText(members: Record<string, string>, gap = ''): string {
  const parts = Object.entries(members).map(([key, value]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${value}`);
  return `{${parts.join(`${gap},`)}${gap}}`;
}

/** A user name from a person's name: "Dr. Ana Ruíz" → ana.ruiz. Empty when nothing usable is left. */
export function suggestUserName(displayName: string): string {
  const words = displayName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/[øØ]/g, 'o')
    .replace(/[łŁ]/g, 'l')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !titles.has(word));
  const [first = '', ...rest] = words;
  return [first, rest.at(-1)]
    .filter((part) => part !== undefined && part !== '')
    .join('.')
    .slice(0, 32);
}

const titles = new Set(['dr', 'dra', 'prof', 'med', 'pr', 'mr', 'mrs', 'ms', 'herr', 'frau', 'sr', 'sra', 'm', 'mme']);

/** What was typed in the search box, read as a new person: `Family, Given` or, as one searches, `Family Given`; a date kept apart. */
export type TypedPerson = { readonly family: string; readonly given: string; readonly birthDate: string };

const dateLike = /\d{1,4}[./-]\d{1,2}[./-]\d{1,4}/;
const capital = (word: string) => word.charAt(0).toLocaleUpperCase() + word.slice(1);

export function typedPerson(text: string): TypedPerson {
  const birthDate = dateLike.exec(text)?.[0] ?? '';
  const names = text.replace(birthDate, ' ').replace(/\d+/g, ' ').trim();
  const comma = names.indexOf(',');
  const capitals = (part: string) => part.trim().split(/\s+/).filter(Boolean).map(capital).join(' ');
  if (comma >= 0)
    return { family: capitals(names.slice(0, comma)), given: capitals(names.slice(comma + 1)), birthDate };
  const [first = '', ...rest] = names.split(/\s+/).filter(Boolean);
  return { family: capital(first), given: capitals(rest.join(' ')), birthDate };
}

/** At the end of every switch over a closed union: a new member without a case does not compile. */
export function assertNever(_value: never): never {
  // The value may be a record's: it is not repeated.
  throw new Error('a case is missing');
}

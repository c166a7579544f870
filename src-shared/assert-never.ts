/** At the end of every switch over a closed union: a new member without a case does not compile. */
export function assertNever(value: never): never {
  throw new Error(`not a case: ${JSON.stringify(value)}`);
}

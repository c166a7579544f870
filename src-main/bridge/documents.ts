/**
 * Counts the documents of the shown window and remembers which of them has its port.
 *
 * A navigation that has begun ends the old document's right at once, so there is never more than one live port a
 * window and never more than one a document, whichever of commit and first ask is heard first.
 */
export type Documents = {
  readonly current: () => number | undefined;
  /** The document leaves, or its window does; returns its number if it held a port. */
  readonly leave: () => number | undefined;
  /** Gives the document a number with its port. */
  readonly enter: () => number;
};

export function countDocuments(): Documents {
  let last = 0;
  let current: number | undefined;
  return {
    current: () => current,
    leave: () => {
      const gone = current;
      current = undefined;
      return gone;
    },
    enter: () => {
      last += 1;
      current = last;
      return last;
    },
  };
}

/** One dialog of a window at a time: a page that asks without end must not bury the window under them. Pure. */

/** @param show shows the dialog; who asks meanwhile, or has no window, hears what one hears of a cancelled dialog */
export function oneAtATime<W extends object, R>(
  show: (window: W, request: R) => Promise<readonly string[]>,
): (window: W | undefined, request: R) => Promise<readonly string[]> {
  const asked = new WeakSet<W>();
  return async (window, request) => {
    if (window === undefined || asked.has(window)) return [];
    asked.add(window);
    try {
      return await show(window, request);
    } finally {
      asked.delete(window);
    }
  };
}

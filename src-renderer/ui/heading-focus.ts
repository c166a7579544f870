import { type RefObject, useEffect } from 'react';

/**
 * Moves the focus to a page's heading once it is there, so that a screen reader begins with it. Not while something
 * floats over the page: a chart that comes late must not take the keys from who is typing in the search box.
 */
export function useHeadingFocus(heading: RefObject<HTMLHeadingElement | null>, ready: boolean): void {
  useEffect(() => {
    const floating = document.activeElement?.closest('[role="dialog"]') ?? null;
    if (ready && floating === null) heading.current?.focus({ preventScroll: true });
  }, [heading, ready]);
}

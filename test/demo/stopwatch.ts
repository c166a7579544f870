/** Time as the person at the desk feels it: from the key to the frame that shows the answer, taken in the page. */
import type { Page } from 'playwright';

/**
 * Presses a key in the page; milliseconds until, after a change, an element of `selector` that holds `text` is there and
 * painted. Null when that does not happen within ten seconds.
 */
export async function fromKey(page: Page, key: string, selector: string, text = ''): Promise<number | null> {
  const watch = await page.evaluateHandle(
    ({ selector, text }) => {
      const seen = Promise.withResolvers<number | null>();
      let pressed: number | undefined;
      const painted = (done: () => void) =>
        requestAnimationFrame(() => {
          // a message comes after the frame has been drawn
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = done;
          port2.postMessage(null);
        });
      const observer = new MutationObserver(() => {
        const shown = [...document.querySelectorAll(selector)].some((node) => node.textContent?.includes(text));
        if (pressed === undefined || !shown) return;
        observer.disconnect();
        painted(() => seen.resolve(performance.now() - (pressed ?? 0)));
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      document.addEventListener(
        'keydown',
        (event) => {
          pressed = event.timeStamp;
          setTimeout(() => {
            observer.disconnect();
            seen.resolve(null);
          }, 10_000);
        },
        { capture: true, once: true },
      );
      return { seen: seen.promise };
    },
    { selector, text },
  );
  await page.keyboard.press(key);
  const took = await watch.evaluate(({ seen }) => seen);
  await watch.dispose();
  return took;
}

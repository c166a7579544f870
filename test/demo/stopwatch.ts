/** Time as the person at the desk feels it: from the key to the frame that shows the answer, taken in the page. */
import type { Page } from 'playwright';

/**
 * Presses a key in the page; milliseconds until the first change inside an element of `selector` is painted, or, with
 * `text`, until one that holds this text is. Null when nothing shows within ten seconds (`text`) or half a second.
 */
export async function fromKey(page: Page, key: string, selector: string, text?: string): Promise<number | null> {
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
      const answers = (nodes: readonly (Element | null)[]) =>
        text === undefined
          ? nodes.some((node) => node?.closest(selector) !== null && node?.closest(selector) !== undefined)
          : [...document.querySelectorAll(selector)].some((node) => node.textContent?.includes(text));
      const observer = new MutationObserver((changes) => {
        const nodes = changes.map(({ target }) => (target instanceof Element ? target : target.parentElement));
        if (pressed === undefined || !answers(nodes)) return;
        observer.disconnect();
        painted(() => seen.resolve(performance.now() - (pressed ?? 0)));
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      document.addEventListener(
        'keydown',
        (event) => {
          pressed = event.timeStamp;
          setTimeout(
            () => {
              observer.disconnect();
              seen.resolve(null);
            },
            text === undefined ? 500 : 10_000,
          );
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

/** Keys and pointer keep the session open: core's idle timer hears of it at most every five seconds. */
import { useEffect } from 'react';
import { call } from '../client.ts';

const pause = 5000;
const signs = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

export function useActivity(): void {
  useEffect(() => {
    let last = 0;
    const touch = () => {
      const now = performance.now();
      if (now - last < pause) return;
      last = now;
      // a lost session shows itself at the next call; a lost touch only means an earlier lock
      call('sessions.touch', {}).catch(() => undefined);
    };
    for (const sign of signs) window.addEventListener(sign, touch, { passive: true, capture: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, touch, { capture: true });
    };
  }, []);
}

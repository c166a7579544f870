/** shell: nothing is opened; a test hears of it. */
import type { Shell } from 'electron';
import { report } from './control.ts';
import { refuseUnknown } from './refuse.ts';

export const shell: Pick<Shell, 'openExternal'> = refuseUnknown('shell', {
  openExternal: async (url: string) => {
    report({ kind: 'opened', url });
    console.log(`[Chromium host] would open ${url}`);
  },
});

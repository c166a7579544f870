/** Who may have a port to core. Pure: every answer but 'allow' is a refusal, and whatever is not known refuses. */
import { isOurPage } from '../window/address.ts';

export type Asker = {
  /** The asking contents belong to the one window that is shown now. */
  readonly ourWindow: boolean;
  /** The frame that asks; null when it has gone meanwhile. */
  readonly frame: { readonly url: string; readonly isTop: boolean } | null;
  /** This document already has its port. */
  readonly hasPort: boolean;
};

export type GateAnswer = 'allow' | 'not-our-window' | 'frame-gone' | 'not-top-frame' | 'not-our-page' | 'asked-twice';

export function mayHavePort(asker: Asker): GateAnswer {
  if (!asker.ourWindow) return 'not-our-window';
  if (asker.frame === null) return 'frame-gone';
  if (!asker.frame.isTop) return 'not-top-frame';
  if (!isOurPage(asker.frame.url)) return 'not-our-page';
  if (asker.hasPort) return 'asked-twice';
  return 'allow';
}

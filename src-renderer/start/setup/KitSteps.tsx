import { useState } from 'react';
import { KitConfirm } from './KitConfirm.tsx';
import { KitShow } from './KitShow.tsx';
import type { Kit } from './kit.ts';

/** The kit is shown, then two of its words are asked back. One may look again. */
export function KitSteps({ kit, onConfirmed }: { readonly kit: Kit; readonly onConfirmed: () => void }) {
  const [asking, setAsking] = useState(false);
  return asking ? (
    <KitConfirm ask={kit.ask} onBack={() => setAsking(false)} onConfirmed={onConfirmed} />
  ) : (
    <KitShow words={kit.words} onNext={() => setAsking(true)} />
  );
}

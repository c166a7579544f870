import { useState } from 'react';
import { KitConfirm } from './KitConfirm.tsx';
import { KitShow } from './KitShow.tsx';
import { type Kit, type KitDoor, setUpDoor } from './kit.ts';

type KitStepsProps = { readonly kit: Kit; readonly door?: KitDoor; readonly onConfirmed: () => void };

/** The kit is shown, then two of its words are asked back. One may look again. */
export function KitSteps({ kit, door = setUpDoor, onConfirmed }: KitStepsProps) {
  const [asking, setAsking] = useState(false);
  return asking ? (
    <KitConfirm kit={kit} door={door} onBack={() => setAsking(false)} onConfirmed={onConfirmed} />
  ) : (
    <KitShow kit={kit} door={door} onNext={() => setAsking(true)} />
  );
}

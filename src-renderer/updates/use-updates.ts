/** How updates stand on this workstation, wherever a screen shows them. */
import { useState } from 'react';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Offer } from '../../src-shared/updates/state.ts';
import { useCoreEvent, useProcedure, useRefresh } from '../client.ts';

export type UpdateStatus = Output<'updates.status'>;
export type UpdateRefusal = NonNullable<UpdateStatus['state']['refusal']>;

/** Core says what changes to whoever is signed in; this is for the sign-in screen and for what time alone changes. */
const every = 20_000;
/** While something moves. Milliseconds. */
const soon = 1000;

const moving: ReadonlySet<UpdateStatus['state']['phase']> = new Set(['checking', 'downloading', 'installing']);

/** Null while nothing is known. `hurry`: something was just asked for. */
export function useUpdateStatus(hurry = false): UpdateStatus | null {
  const refresh = useRefresh();
  const [busy, setBusy] = useState(false);
  const { data } = useProcedure('updates.status', {}, { refetchInterval: busy || hurry ? soon : every });
  const moves = data !== undefined && moving.has(data.state.phase);
  if (moves !== busy) setBusy(moves);
  useCoreEvent('update-changed', () => void refresh(['updates.status']));
  return data ?? null;
}

/** Why what is ready was not installed when somebody asked for it, where this machine is at fault. */
export function notInstalled({ state }: UpdateStatus): 'disk-full' | 'not-writable' | null {
  return state.refusal === 'disk-full' || state.refusal === 'not-writable' ? state.refusal : null;
}

/** What lies here to be installed, or null. */
export function readyOffer(status: UpdateStatus | null): Offer | null {
  return status?.state.phase === 'ready' ? status.state.offer : null;
}

/** How the exchange with the other workstations stands, and what on screen it makes old. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { SyncStanding } from '../../src-shared/contract/sync.ts';
import { useCoreEvent, useProcedure, useRefresh } from '../client.ts';

/** Core says when something changes; this is for what only time changes. Milliseconds. */
const every = 20_000;
/** What comes in within this time is shown at once. Milliseconds. */
const gather = 300;
/** From so many patients on, everything on screen is asked for anew. */
const many = 20;

/** Null while the clinic is connected to no backend, or nothing is known yet. */
export function useSyncStanding(): SyncStanding | null {
  const { data } = useProcedure('sync.status', {}, { staleTime: every });
  return data === undefined || data.state === 'not-connected' ? null : data;
}

/** For the one place that keeps the standing fresh for all others: the sign in the rail. */
export function useSyncWatch(): SyncStanding | null {
  const refresh = useRefresh();
  const { data } = useProcedure('sync.status', {}, { refetchInterval: every });
  useCoreEvent('sync-changed', () => void refresh(['sync.status']));
  return data === undefined || data.state === 'not-connected' ? null : data;
}

export type Progress = { readonly done: number; readonly total: number };

/** How far a catch-up has come: against the most that was known to be missing since it began. Null while nothing is. */
export function useCatchUp(standing: SyncStanding | null): Progress | null {
  const [most, setMost] = useState(0);
  const behind = standing?.behind ?? 0;
  if (behind === 0 ? most !== 0 : behind > most) setMost(behind);
  return behind === 0 ? null : { done: Math.max(0, most - behind), total: Math.max(most, behind) };
}

const concerns = (input: unknown, patients: ReadonlySet<string>): boolean =>
  typeof input === 'object' &&
  input !== null &&
  'patientId' in input &&
  typeof input.patientId === 'string' &&
  patients.has(input.patientId);

/** What another workstation changed is seen here without anybody asking: lists, and the chart if it is this patient's. */
export function useRecordFollow(): void {
  const client = useQueryClient();
  const patients = useRef(new Set<string>());
  const all = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const flush = useCallback(() => {
    timer.current = null;
    const changed = patients.current;
    const everything = all.current || changed.size > many;
    patients.current = new Set();
    all.current = false;
    void client.invalidateQueries({
      predicate: ({ queryKey: [name, input] }) =>
        name === 'patients.recent' ||
        concerns(input, changed) ||
        (everything && typeof name === 'string' && (name.startsWith('chart.') || name.startsWith('patients.'))),
    });
  }, [client]);
  useCoreEvent('record-changed', ({ patientId }) => {
    if (patientId === null) all.current = true;
    else patients.current.add(patientId);
    timer.current ??= setTimeout(flush, gather);
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
}

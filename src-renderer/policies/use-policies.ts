/** What IT staff set for this machine, as far as a screen locks or leaves something out for it. */
import type { Output } from '../../src-shared/contract/index.ts';
import { useProcedure } from '../client.ts';

export type Policies = Output<'policies.get'>;

/** Null while it is not known: core decides in any case. Read once a session, for policies are read at the start. */
export function usePolicies(): Policies | null {
  const { data } = useProcedure('policies.get', {}, { staleTime: Number.POSITIVE_INFINITY });
  return data ?? null;
}

/** Nothing leaves this machine by export or print, whoever asks. */
export function useNothingLeaves(): boolean {
  return usePolicies()?.exportAllowed === false;
}

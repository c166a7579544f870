/** The typed way to core: one function for calls, hooks for screens. Keys are `[procedure, input]`. */
import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  type QueryKey,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useCallback, useEffect, useRef } from 'react';
import type { ErrorValue } from '../src-shared/contract/errors.ts';
import type { CoreEventData, CoreEventName } from '../src-shared/contract/events.ts';
import type { CallInput, CapabilityName, Output, ProcedureName } from '../src-shared/contract/index.ts';

/** An error a person can cause, as core names it. `useErrorText` says it in the user's words. */
export class ClientError extends Error {
  readonly value: ErrorValue;
  constructor(value: ErrorValue) {
    super(value.code);
    this.name = 'ClientError';
    this.value = value;
  }
}

/** The error value of anything thrown; what is not core's own counts as `internal`. */
export function errorValueOf(error: unknown): ErrorValue {
  return error instanceof ClientError ? error.value : { code: 'internal' };
}

/** Calls core. Throws ClientError with the code that core answered. */
export async function call<N extends ProcedureName>(name: N, input: CallInput<N>): Promise<Output<N>> {
  const reply = await window.carekeep.call(name, input);
  if (reply.ok) return reply.value;
  throw new ClientError(reply.error);
}

export const keyOf = <N extends ProcedureName>(name: N, input?: CallInput<N>): QueryKey =>
  input === undefined ? [name] : [name, input];

const sessionLost = new Set<() => void>();
/** Told when core answers that nobody is signed in any more. Returns the way to stop listening. */
export function onSessionLost(listener: () => void): () => void {
  sessionLost.add(listener);
  return () => sessionLost.delete(listener);
}
function watchSession(error: unknown) {
  if (errorValueOf(error).code === 'not-signed-in') for (const listener of sessionLost) listener();
}

/**
 * One per document. Core is local: no network to wait for, no retry that would leave a second audit entry, nothing
 * refetched because a window came to the front.
 */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: watchSession }),
    mutationCache: new MutationCache({ onError: watchSession }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: 0,
        gcTime: 60_000,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

type ProcedureOptions = {
  readonly enabled?: boolean;
  readonly staleTime?: number;
  readonly refetchInterval?: number | false;
  /** Keep the last answer on screen while the next one comes (lists, search). */
  readonly keepPrevious?: boolean;
};

/** Reads: `const { data, error, isPending } = useProcedure('patients.recent', {})`. */
export function useProcedure<N extends ProcedureName>(
  name: N,
  input: CallInput<N>,
  { keepPrevious, ...options }: ProcedureOptions = {},
): UseQueryResult<Output<N>, Error> {
  return useQuery({
    queryKey: keyOf(name, input),
    queryFn: () => call(name, input),
    ...options,
    ...(keepPrevious === true ? { placeholderData: keepPreviousData } : {}),
  });
}

/** What an action makes stale: whole capabilities or single procedures. */
export type Stale = readonly (CapabilityName | ProcedureName)[];

export function useRefresh(): (stale: Stale) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    (stale) =>
      client.invalidateQueries({
        predicate: ({ queryKey: [name] }) =>
          typeof name === 'string' && stale.some((part) => name === part || name.startsWith(`${part}.`)),
      }),
    [client],
  );
}

/** Actions: `const add = useAction('users.create', { stale: ['users'] }); await add.mutateAsync(input)`. */
export function useAction<N extends ProcedureName>(
  name: N,
  { stale = [] }: { readonly stale?: Stale } = {},
): UseMutationResult<Output<N>, Error, CallInput<N>> {
  const refresh = useRefresh();
  return useMutation<Output<N>, Error, CallInput<N>>({
    mutationFn: (input) => call(name, input),
    onSuccess: async () => {
      if (stale.length > 0) await refresh(stale);
    },
  });
}

/** Listens to one of core's events while the component stands. */
export function useCoreEvent<N extends CoreEventName>(name: N, listener: (data: CoreEventData<N>) => void): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => window.carekeep.onEvent(name, (data) => latest.current(data)), [name]);
}

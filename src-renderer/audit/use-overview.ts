import { useProcedure } from '../client.ts';

/** The log as a whole: asked for once while the page is open, and again after a verification. */
export function useOverview() {
  return useProcedure('audit.overview', {}, { staleTime: Number.POSITIVE_INFINITY });
}

import { useCallback, useRef, useState } from 'react';
import type { AuditVerdict } from '../../src-shared/contract/audit.ts';
import { call, useCoreEvent, useRefresh } from '../client.ts';

export type Verification =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly done: number; readonly total: number }
  | { readonly state: 'cancelled' }
  | { readonly state: 'failed'; readonly error: unknown }
  | { readonly state: 'done'; readonly verdict: AuditVerdict };

/** Starts a verification, follows its progress and waits for its verdict. */
export function useVerification(): { verification: Verification; start: () => void; cancel: () => void } {
  const [verification, setVerification] = useState<Verification>({ state: 'idle' });
  const refresh = useRefresh();
  const cancelled = useRef(false);

  useCoreEvent('progress', (progress) => {
    if (progress.kind !== 'verify' || progress.state !== 'running') return;
    setVerification((now) =>
      now.state === 'running' ? { state: 'running', done: progress.done, total: progress.total } : now,
    );
  });

  const start = useCallback(() => {
    cancelled.current = false;
    setVerification({ state: 'running', done: 0, total: 0 });
    const run = async () => {
      await call('audit.verify', {});
      const { verdict } = await call('audit.verdict', {});
      if (cancelled.current) setVerification({ state: 'cancelled' });
      else setVerification(verdict === null ? { state: 'idle' } : { state: 'done', verdict });
      await refresh(['audit.overview']);
    };
    run().catch((error: unknown) => {
      setVerification(cancelled.current ? { state: 'cancelled' } : { state: 'failed', error });
    });
  }, [refresh]);

  const cancel = useCallback(() => {
    cancelled.current = true;
    call('audit.cancelVerify', {}).catch((error: unknown) => setVerification({ state: 'failed', error }));
  }, []);

  return { verification, start, cancel };
}

/// <reference types="vite/client" />
import type { CarekeepBridge } from '../src-shared/bridge.ts';
import type { ErrorValue } from '../src-shared/contract/errors.ts';
import type { CallInput, Output, ProcedureName } from '../src-shared/contract/index.ts';

type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorValue };

declare global {
  interface Window {
    /** The preload knows no procedure; core parses input and output with the contract, which is what is said here. */
    readonly carekeep: Omit<CarekeepBridge, 'call'> & {
      readonly call: <N extends ProcedureName>(procedure: N, input: CallInput<N>) => Promise<Reply<Output<N>>>;
    };
    /** Trusted Types (W3C); absent where the browser does not enforce them. */
    readonly trustedTypes?: {
      createPolicy(
        name: string,
        rules: Record<'createHTML' | 'createScript' | 'createScriptURL', (text: string) => string>,
      ): unknown;
    };
  }
}

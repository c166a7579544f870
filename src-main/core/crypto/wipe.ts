/** Overwrites secrets once they are no longer needed. What the runtime copied elsewhere goes with the process. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

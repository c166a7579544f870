/** True when a bundle is missing or older than a source. */
export function isStale(): boolean;
/** Builds all bundles; false when that failed. */
export function build(): boolean;

/** The exchange with the other workstations, as everybody sees it. */
export { FirstSync, useFirstSync } from './FirstSync.tsx';
export { SyncSign } from './SyncSign.tsx';
export { useSyncStanding } from './use-sync.ts';

/** How long the audit log is kept, legal holds and pruning. */
export { PruneDialog } from './PruneDialog.tsx';
export { RetentionTab } from './RetentionTab.tsx';

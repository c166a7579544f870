/** What IT staff set for this machine, outside the application. */
export { ExportButton } from './ExportButton.tsx';
export { HelpButton } from './HelpButton.tsx';
export { LockSign } from './LockSign.tsx';
export { ManagedNote } from './ManagedNote.tsx';
export { PoliciesCard } from './PoliciesCard.tsx';
export { useNothingLeaves, usePolicies } from './use-policies.ts';

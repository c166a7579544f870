import { RestoreAccessDialog } from '../recovery/RestoreAccessDialog.tsx';
import { ExportAllDialog } from './ExportAllDialog.tsx';

/** What one admin may do without asking, because nobody else could agree. */
export type AloneSubject =
  | { readonly kind: 'export-all' }
  | { readonly kind: 'restore-access'; readonly userId: string; readonly name: string };

export function AloneDialog({ subject, onClose }: { readonly subject: AloneSubject; readonly onClose: () => void }) {
  if (subject.kind === 'export-all') return <ExportAllDialog requestId={null} onClose={onClose} />;
  return <RestoreAccessDialog userId={subject.userId} name={subject.name} requestId={null} onClose={onClose} />;
}

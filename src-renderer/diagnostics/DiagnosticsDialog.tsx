import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useProcedure } from '../client.ts';
import { ErrorState, LoadingSkeleton } from '../ui/index.ts';
import { ReadThrough } from './ReadThrough.tsx';

/** Everything that the file would hold, before there is a file. */
export function DiagnosticsDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('diagnostics');
  const { t: app } = useTranslation('app');
  // made anew for each look: nothing old is saved by mistake
  const preview = useProcedure('diagnostics.preview', {}, { staleTime: Number.POSITIVE_INFINITY });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('title')}
      size={1040}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      {preview.isPending || preview.isRefetching ? (
        <LoadingSkeleton rows={10} rowHeight={30} />
      ) : preview.error !== null ? (
        <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />
      ) : (
        <ReadThrough preview={preview.data} onAgain={() => void preview.refetch()} onClose={onClose} />
      )}
    </Modal>
  );
}

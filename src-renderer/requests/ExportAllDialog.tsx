import { Button, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { call, errorValueOf, useAction } from '../client.ts';
import { FormError, notifyDone, StopOrStart, useFormat, useMoved, WorkModal, WorkProgress } from '../ui/index.ts';

type ExportAllDialogProps = { readonly requestId: string | null; readonly onClose: () => void };

/** Takes the whole record out into one file; can be stopped, and then nothing of it stays. */
export function ExportAllDialog({ requestId, onClose }: ExportAllDialogProps) {
  const { t } = useTranslation('requests');
  const format = useFormat();
  const { moved, restart } = useMoved('export-all');
  const take = useAction('exports.all', { stale: ['requests'] });
  const start = async () => {
    restart();
    try {
      const { saved, resources } = await take.mutateAsync({ requestId });
      if (!saved) return;
      notifyDone(t('export.done', { count: resources }));
      onClose();
    } catch {
      // shown below: take.error
    }
  };
  const cancelled = take.error !== null && errorValueOf(take.error).code === 'cancelled';
  return (
    <WorkModal title={t('export.title')} pending={take.isPending} onClose={onClose}>
      <Stack gap={14}>
        <p>{t('export.text')}</p>
        <p className="ck-warn-text">▲ {t('export.warn')}</p>
        {requestId === null && <p className="ck-dim">{t('export.alone')}</p>}
        {take.isPending && (
          <WorkProgress
            label={t('export.title')}
            text={
              moved.total === 0
                ? t('export.beginning')
                : t('export.progress', { done: format.number(moved.done), total: format.number(moved.total) })
            }
            moved={moved}
          />
        )}
        {cancelled ? <p role="status">{t('export.stopped')}</p> : <FormError error={take.error} />}
        <StopOrStart
          pending={take.isPending}
          stopLabel={t('export.stop')}
          onStop={() => void call('exports.cancelAll', {})}
          onClose={onClose}
        >
          <Button onClick={() => void start()}>{t('export.choose')}</Button>
        </StopOrStart>
      </Stack>
    </WorkModal>
  );
}

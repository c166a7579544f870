import { Button, Group, Modal, Progress, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, errorValueOf, useAction, useCoreEvent } from '../client.ts';
import { FormError, notifyDone, useFormat } from '../ui/index.ts';

type ExportAllDialogProps = { readonly requestId: string | null; readonly onClose: () => void };

/** Takes the whole record out into one file; can be stopped, and then nothing of it stays. */
export function ExportAllDialog({ requestId, onClose }: ExportAllDialogProps) {
  const { t } = useTranslation('requests');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const [moved, setMoved] = useState({ done: 0, total: 0 });
  const take = useAction('exports.all', { stale: ['requests'] });
  useCoreEvent('progress', (progress) => {
    if (progress.kind === 'export' && progress.state === 'running') setMoved(progress);
  });
  const start = async () => {
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
  const close = () => {
    if (!take.isPending) onClose();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t('export.title')}
      size="md"
      closeOnClickOutside={!take.isPending}
      closeButtonProps={{ 'aria-label': app('action.close') }}
    >
      <Stack gap={14}>
        <p>{t('export.text')}</p>
        <p className="ck-warn-text">▲ {t('export.warn')}</p>
        {requestId === null && <p className="ck-dim">{t('export.alone')}</p>}
        {take.isPending && (
          <div role="status">
            <p className="ck-dim">
              {moved.total === 0
                ? t('export.beginning')
                : t('export.progress', { done: format.number(moved.done), total: format.number(moved.total) })}
            </p>
            <Progress
              value={moved.total === 0 ? 100 : Math.min(100, (moved.done / moved.total) * 100)}
              animated={moved.total === 0}
              aria-label={t('export.title')}
            />
          </div>
        )}
        {cancelled ? <p role="status">{t('export.stopped')}</p> : <FormError error={take.error} />}
        <Group justify="flex-end">
          {take.isPending ? (
            <Button variant="default" onClick={() => void call('exports.cancelAll', {})}>
              {t('export.stop')}
            </Button>
          ) : (
            <>
              <Button variant="default" onClick={onClose}>
                {app('action.cancel')}
              </Button>
              <Button onClick={() => void start()}>{t('export.choose')}</Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

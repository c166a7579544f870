import { Button, Group, Modal, Progress, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, errorValueOf, useAction, useCoreEvent } from '../client.ts';
import { FormError, notifyDone, useFormat } from '../ui/index.ts';

/** The log as FHIR AuditEvents in one file; can be stopped, and then nothing of it stays. */
export function FhirExportAction() {
  const { t } = useTranslation('accessReport');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const [opened, setOpened] = useState(false);
  const [moved, setMoved] = useState({ done: 0, total: 0 });
  const take = useAction('auditEventExport.save');
  useCoreEvent('progress', (progress) => {
    if (progress.task === 'audit-fhir' && progress.state === 'running') setMoved(progress);
  });
  const close = () => {
    if (take.isPending) return;
    setOpened(false);
    take.reset();
  };
  const start = async () => {
    setMoved({ done: 0, total: 0 });
    try {
      const { saved, entries } = await take.mutateAsync({ from: null, to: null });
      if (!saved) return;
      notifyDone(t('export.saved', { count: entries }));
      setOpened(false);
    } catch {
      // shown below: take.error
    }
  };
  const quiet = take.error !== null && ['cancelled', 'nothing-chosen'].includes(errorValueOf(take.error).code);
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('export.button')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('export.title')}
        size="md"
        closeOnClickOutside={!take.isPending}
        closeButtonProps={{ 'aria-label': app('action.close') }}
      >
        <Stack gap={14}>
          <p>{t('export.text')}</p>
          {take.isPending && moved.total > 0 && (
            <div role="status">
              <p className="ck-dim">
                {t('export.progress', { done: format.number(moved.done), total: format.number(moved.total) })}
              </p>
              <Progress value={Math.min(100, (moved.done / moved.total) * 100)} aria-label={t('export.title')} />
            </div>
          )}
          {!quiet && <FormError error={take.error} />}
          <Group justify="flex-end">
            {take.isPending ? (
              <Button variant="default" onClick={() => void call('auditEventExport.cancel', {})}>
                {t('export.stop')}
              </Button>
            ) : (
              <>
                <Button variant="default" onClick={close}>
                  {app('action.cancel')}
                </Button>
                <Button onClick={() => void start()} data-autofocus>
                  {t('export.save')}
                </Button>
              </>
            )}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, errorValueOf, useAction } from '../client.ts';
import { ExportButton } from '../policies/index.ts';
import { FormError, notifyDone, StopOrStart, useFormat, useMoved, WorkModal, WorkProgress } from '../ui/index.ts';

/** The log as FHIR AuditEvents in one file; can be stopped, and then nothing of it stays. */
export function FhirExportAction() {
  const { t } = useTranslation('accessReport');
  const format = useFormat();
  const [opened, setOpened] = useState(false);
  const { moved, restart } = useMoved('audit-fhir');
  const take = useAction('auditEventExport.save');
  const close = () => {
    setOpened(false);
    take.reset();
  };
  const start = async () => {
    restart();
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
      <ExportButton variant="default" onClick={() => setOpened(true)}>
        {t('export.button')}
      </ExportButton>
      <WorkModal opened={opened} title={t('export.title')} pending={take.isPending} onClose={close}>
        <Stack gap={14}>
          <p>{t('export.text')}</p>
          {take.isPending && moved.total > 0 && (
            <WorkProgress
              label={t('export.title')}
              text={t('export.progress', { done: format.number(moved.done), total: format.number(moved.total) })}
              moved={moved}
            />
          )}
          {!quiet && <FormError error={take.error} />}
          <StopOrStart
            pending={take.isPending}
            stopLabel={t('export.stop')}
            onStop={() => void call('auditEventExport.cancel', {})}
            onClose={close}
          >
            <Button onClick={() => void start()} data-autofocus>
              {t('export.save')}
            </Button>
          </StopOrStart>
        </Stack>
      </WorkModal>
    </>
  );
}

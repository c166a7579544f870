import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AuditorExportDialog } from './AuditorExportDialog.tsx';

/** The log for an auditor outside, with its proofs. */
export function AuditorExportAction() {
  const { t } = useTranslation('auditExport');
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('button')}
      </Button>
      {opened && <AuditorExportDialog onClose={() => setOpened(false)} />}
    </>
  );
}

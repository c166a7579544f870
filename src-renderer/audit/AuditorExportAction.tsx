import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ExportButton } from '../policies/index.ts';
import { AuditorExportDialog } from './AuditorExportDialog.tsx';

/** The log for an auditor outside, with its proofs. */
export function AuditorExportAction() {
  const { t } = useTranslation('auditExport');
  const [opened, setOpened] = useState(false);
  return (
    <>
      <ExportButton variant="default" onClick={() => setOpened(true)}>
        {t('button')}
      </ExportButton>
      {opened && <AuditorExportDialog onClose={() => setOpened(false)} />}
    </>
  );
}

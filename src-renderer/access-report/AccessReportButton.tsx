import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';
import { AccessReportDialog } from './AccessReportDialog.tsx';

/** One click from the chart; nothing for who may not make the report. */
export function AccessReportButton({ patientId }: { readonly patientId: string }) {
  const { t } = useTranslation('accessReport');
  const can = useCan();
  const [opened, setOpened] = useState(false);
  if (!can('access-report:make')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        {t('button')}
      </Button>
      {opened && <AccessReportDialog patientId={patientId} onClose={() => setOpened(false)} />}
    </>
  );
}

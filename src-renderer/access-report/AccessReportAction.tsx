import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AccessReportDialog } from './AccessReportDialog.tsx';
import { ChoosePatient, type Chosen } from './ChoosePatient.tsx';

/** From the audit page: whose record first, then the report. */
export function AccessReportAction() {
  const { t } = useTranslation('accessReport');
  const [choosing, setChoosing] = useState(false);
  const [patient, setPatient] = useState<Chosen | null>(null);
  return (
    <>
      <Button variant="default" onClick={() => setChoosing(true)}>
        {t('button')}
      </Button>
      <Modal
        opened={choosing}
        onClose={() => setChoosing(false)}
        title={t('dialog.choose')}
        size={460}
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        <ChoosePatient
          onChoose={(chosen) => {
            setChoosing(false);
            setPatient(chosen);
          }}
        />
      </Modal>
      {patient !== null && (
        <AccessReportDialog patientId={patient.id} name={patient.name} onClose={() => setPatient(null)} />
      )}
    </>
  );
}

import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { StepHeading } from '../StepHeading.tsx';

type DoneStepProps = { readonly clinicName: string; readonly onNext: () => Promise<void> };

export function DoneStep({ clinicName, onNext }: DoneStepProps) {
  const { t } = useTranslation('start');
  const [busy, setBusy] = useState(false);
  return (
    <div>
      <StepHeading>{t('done.title')}</StepHeading>
      <p className="ck-start-text">{t('done.text', { clinicName })}</p>
      <p className="ck-start-text">{t('done.kit')}</p>
      <Group justify="flex-end" mt="lg">
        <Button
          loading={busy}
          onClick={() => {
            setBusy(true);
            void onNext().finally(() => setBusy(false));
          }}
        >
          {t('done.sign-in')}
        </Button>
      </Group>
    </div>
  );
}

import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keyOf } from '../client.ts';
import { Card } from '../ui/index.ts';
import { DiagnosticsDialog } from './DiagnosticsDialog.tsx';
import './diagnostics.css';

/** What support may be shown of this workstation: read first, then saved. */
export function DiagnosticsCard() {
  const { t } = useTranslation('diagnostics');
  const client = useQueryClient();
  const [opened, setOpened] = useState(false);
  return (
    <Card title={t('title')}>
      <p className="ck-diagnostics-intro">{t('text')}</p>
      <Group>
        <Button variant="default" onClick={() => setOpened(true)}>
          {t('open')}
        </Button>
      </Group>
      {opened && (
        <DiagnosticsDialog
          onClose={() => {
            setOpened(false);
            client.removeQueries({ queryKey: keyOf('diagnostics.preview') });
          }}
        />
      )}
    </Card>
  );
}

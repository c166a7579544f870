import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { useAction } from '../client.ts';
import { ConfirmDialog, notifyDone } from '../ui/index.ts';
import classes from './access.module.css';
import { RestrictDialog } from './RestrictDialog.tsx';

/** Restrict, change, lift: for who may. */
export function ChangeButtons({ access }: { readonly access: Output<'access.get'> }) {
  const { t } = useTranslation('access');
  const [dialog, setDialog] = useState<'restrict' | 'lift' | null>(null);
  const lift = useAction('access.lift', { stale: ['access', 'chart'] });
  const { patientId, restriction } = access;
  const close = () => setDialog(null);
  return (
    <div className={classes.changes}>
      <Button variant="default" onClick={() => setDialog('restrict')}>
        {restriction === null ? t('change.restrict') : t('change.who')}
      </Button>
      {restriction !== null && (
        <Button variant="default" onClick={() => setDialog('lift')}>
          {t('change.lift')}
        </Button>
      )}
      {dialog === 'restrict' && <RestrictDialog access={access} onClose={close} />}
      <ConfirmDialog
        opened={dialog === 'lift'}
        title={t('lift.title')}
        confirmLabel={t('lift.submit')}
        onConfirm={async () => {
          await lift.mutateAsync({ patientId });
          notifyDone(t('lift.done'));
        }}
        onClose={close}
      >
        <p>{t('lift.text')}</p>
      </ConfirmDialog>
    </div>
  );
}

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Device } from '../../src-shared/contract/devices.ts';
import { useCan } from '../app/session.tsx';
import { useAction, useProcedure } from '../client.ts';
import { Card, Chip, ConfirmDialog, ErrorState, LoadingSkeleton, notifyDone } from '../ui/index.ts';
import classes from './roster.module.css';

/** The clinic's workstations. One that is lost is taken out: at its next contact it destroys its keys. */
export function WorkstationsTab() {
  const { t } = useTranslation('roster');
  const can = useCan();
  const [leaving, setLeaving] = useState<Device | null>(null);
  const list = useProcedure('devices.list', {});
  const remove = useAction('devices.remove', { stale: ['devices', 'roster'] });
  return (
    <>
      <Card flush label={t('tab.workstations')}>
        {list.isPending ? (
          <div className={classes.loading}>
            <LoadingSkeleton rows={3} rowHeight={46} />
          </div>
        ) : list.error !== null ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <div className="ck-table-scroll">
            <table className="ck-table">
              <thead>
                <tr>
                  <th scope="col">{t('column.workstation')}</th>
                  <th scope="col">{t('column.status')}</th>
                  <th scope="col">{t('column.key')}</th>
                  <th scope="col">
                    <span className="ck-hidden">{t('column.actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.data.devices.map((device) => (
                  <tr key={device.deviceId} data-off={device.status !== 'active'}>
                    <th scope="row" className={classes.person}>
                      <bdi>{device.name}</bdi>
                      {device.here && <span className="ck-dim"> · {t('here')}</span>}
                    </th>
                    <td>
                      <Chip tone={device.status === 'active' ? 'good' : 'plain'}>{t(`status.${device.status}`)}</Chip>
                    </td>
                    <td className="ck-mono">{device.key}</td>
                    <td className="ck-number">
                      {can('user:write') && device.status === 'active' && !device.here && (
                        <Button
                          variant="default"
                          size="xs"
                          aria-label={t('remove.label', { name: device.name })}
                          onClick={() => setLeaving(device)}
                        >
                          {t('remove.open')}
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
      <p className={classes.foot}>{t('join')}</p>
      {leaving !== null && (
        <ConfirmDialog
          opened
          danger
          title={t('remove.title', { name: leaving.name })}
          confirmLabel={t('remove.confirm')}
          onConfirm={async () => {
            await remove.mutateAsync({ deviceId: leaving.deviceId });
            notifyDone(t('remove.done', { name: leaving.name }));
          }}
          onClose={() => setLeaving(null)}
        >
          {t('remove.text')}
        </ConfirmDialog>
      )}
    </>
  );
}

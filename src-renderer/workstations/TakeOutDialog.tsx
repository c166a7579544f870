import { useTranslation } from 'react-i18next';
import type { Device } from '../../src-shared/contract/devices.ts';
import { useAction } from '../client.ts';
import { ConfirmDialog, notifyDone } from '../ui/index.ts';

const happens = ['keys', 'refused', 'unsent', 'others', 'back'] as const;

/** One that is lost or given away. Says before what exactly will happen. */
export function TakeOutDialog({ device, onClose }: { readonly device: Device; readonly onClose: () => void }) {
  const { t } = useTranslation('workstations');
  const remove = useAction('devices.remove', { stale: ['devices', 'roster', 'sync', 'backend'] });
  const name = device.name === '' ? t('nameless') : device.name;
  return (
    <ConfirmDialog
      opened
      danger
      title={t('take-out.title', { name })}
      confirmLabel={t('take-out.confirm')}
      onConfirm={async () => {
        await remove.mutateAsync({ deviceId: device.deviceId });
        notifyDone(t('take-out.done', { name }));
      }}
      onClose={onClose}
    >
      {device.status === 'stranger' ? (
        <p>{t('take-out.stranger')}</p>
      ) : (
        <>
          <p>{t('take-out.lead')}</p>
          <ul className="ck-happens">
            {happens.map((each) => (
              <li key={each}>{t(`take-out.happens.${each}`)}</li>
            ))}
          </ul>
        </>
      )}
    </ConfirmDialog>
  );
}

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Device } from '../../src-shared/contract/devices.ts';
import { useCan } from '../app/session.tsx';
import { Chip, DateText, useFormat } from '../ui/index.ts';
import { newestVersion } from './newest.ts';
import { SoftwareCell } from './SoftwareCell.tsx';

type TableProps = {
  readonly devices: readonly Device[];
  /** To a backend: without one nobody knows when a workstation was last there. */
  readonly connected: boolean;
  readonly onTakeOut: (device: Device) => void;
};

const rank = ({ status, here }: Device): number => (status === 'stranger' ? 0 : here ? 1 : status === 'active' ? 2 : 3);
const tones = { active: 'good', removed: 'plain', stranger: 'danger' } as const;

/** What somebody must look at first, then this one, the others, and those that were taken out. */
export function WorkstationTable({ devices, connected, onTakeOut }: TableProps) {
  const { t } = useTranslation('workstations');
  const newest = newestVersion(devices);
  const ordered = devices.toSorted((one, two) => rank(one) - rank(two) || one.name.localeCompare(two.name));
  return (
    <div className="ck-table-scroll">
      <table className="ck-table">
        <thead>
          <tr>
            <th scope="col">{t('column.name')}</th>
            <th scope="col">{t('column.status')}</th>
            {connected && <th scope="col">{t('column.last-contact')}</th>}
            <th scope="col">{t('column.version')}</th>
            <th scope="col">
              <span className="ck-hidden">{t('column.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((device) => (
            <Row key={device.deviceId} device={device} newest={newest} connected={connected} onTakeOut={onTakeOut} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps = Omit<TableProps, 'devices'> & { readonly device: Device; readonly newest: string | null };

function Row({ device, newest, connected, onTakeOut }: RowProps) {
  const { t } = useTranslation('workstations');
  const format = useFormat();
  const can = useCan();
  const { name, status, here, lastContact, certificateUntil, key, unseen } = device;
  return (
    <tr data-off={status === 'removed'}>
      <th scope="row">
        <bdi>{name === '' ? t('nameless') : name}</bdi>
        {here && <span className="ck-dim"> · {t('here')}</span>}
        <span className="ck-workstation-key">
          {t('column.key')} <span className="ck-mono">{key}</span>
        </span>
      </th>
      <td>
        <span className="ck-workstation-chips">
          <Chip tone={tones[status]} {...(status === 'stranger' ? { sign: '▲' } : {})}>
            {t(`status.${status}`)}
          </Chip>
          {unseen !== 'no' && status === 'active' && (
            <Chip tone="warn" sign="●">
              {t(`unseen.${unseen}`)}
            </Chip>
          )}
        </span>
      </td>
      {connected && (
        <td>
          <div className="ck-workstation-software">
            <span>
              {lastContact === null ? (
                <span className="ck-dim">{t('never')}</span>
              ) : (
                <time dateTime={new Date(lastContact).toISOString()} title={format.dateTime(lastContact)}>
                  {format.ago(lastContact, Date.now())}
                </time>
              )}
            </span>
            {certificateUntil !== null && (
              <span className="ck-workstation-small">
                {t('column.certificate')} <DateText at={certificateUntil} withTime={false} />
              </span>
            )}
          </div>
        </td>
      )}
      <td>
        <SoftwareCell device={device} newest={newest} />
      </td>
      <td className="ck-number">
        {can('user:write') && status !== 'removed' && !here && (
          <Button
            variant="default"
            size="xs"
            aria-label={t('take-out.label', { name: name === '' ? t('nameless') : name })}
            onClick={() => onTakeOut(device)}
          >
            {t('take-out.open')}
          </Button>
        )}
      </td>
    </tr>
  );
}

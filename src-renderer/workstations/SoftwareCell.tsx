import { useTranslation } from 'react-i18next';
import type { Device } from '../../src-shared/contract/devices.ts';
import { Chip, useFormat } from '../ui/index.ts';
import { isBehind } from './newest.ts';

type SoftwareCellProps = {
  readonly device: Pick<Device, 'version' | 'update' | 'status'>;
  /** The highest version among the clinic's workstations. */
  readonly newest: string | null;
};

/** Version, and what the workstation said of its last check for updates. Not to know is a warning, not silence. */
export function SoftwareCell({ device: { version, update, status }, newest }: SoftwareCellProps) {
  const { t } = useTranslation('workstations');
  const told = status === 'active' ? update : null;
  return (
    <div className="ck-workstation-software">
      <span className="ck-workstation-chips">
        {version ?? <span className="ck-dim">–</span>}
        {status === 'active' && isBehind(version, newest) && (
          <Chip tone="warn" sign="●">
            {t('update.behind')}
          </Chip>
        )}
      </span>
      {told !== null && <LastCheck update={told} />}
    </div>
  );
}

function LastCheck({ update: { checked, refusal, unknown } }: { readonly update: NonNullable<Device['update']> }) {
  const { t } = useTranslation('workstations');
  const { t: updates } = useTranslation('updates');
  const format = useFormat();
  const when = checked === null ? t('never') : format.dayAgo(checked);
  return (
    <>
      {unknown ? (
        <>
          <Chip tone="warn" sign="▲">
            {t('update.unknown')}
          </Chip>
          <span className="ck-workstation-small">
            {checked === null ? t('update.unknown-ever') : t('update.unknown-since', { when })}
          </span>
        </>
      ) : (
        <span className="ck-workstation-small">{t('update.checked', { when })}</span>
      )}
      {refusal !== null && (
        <span className="ck-workstation-small" title={updates(`refusal.${refusal}.what`)}>
          {t('update.refused')}
          <span className="ck-hidden">: {updates(`refusal.${refusal}.what`)}</span>
        </span>
      )}
    </>
  );
}

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FindBox } from '../find/index.ts';
import { ariaKeys } from '../ui/hotkeys.ts';
import { Kbd } from '../ui/Kbd.tsx';
import { UpdateChip } from '../updates/index.ts';
import { LocksIn } from './LocksIn.tsx';
import { useSession } from './session.tsx';

type TopBarProps = {
  readonly onFind: () => void;
  readonly onLock: () => void;
  /** Null without a PIN. */
  readonly onVeil: (() => void) | null;
};

export function TopBar({ onFind, onLock, onVeil }: TopBarProps) {
  const { t } = useTranslation('app');
  const { can, workstationName } = useSession();
  return (
    <section className="ck-top" aria-label={t('frame.top')}>
      <div className="ck-top-find">{can('patient:read') && <FindBox onOpen={onFind} />}</div>
      <div className="ck-top-right">
        <UpdateChip />
        <span>{workstationName}</span>
        <LocksIn />
        {onVeil !== null && (
          <Button
            variant="default"
            size="xs"
            onClick={onVeil}
            aria-keyshortcuts={ariaKeys('veil')}
            rightSection={<Kbd of="veil" />}
          >
            {t('action.veil')}
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          onClick={onLock}
          aria-keyshortcuts={ariaKeys('lock')}
          rightSection={<Kbd of="lock" />}
        >
          {t('action.lock')}
        </Button>
      </div>
    </section>
  );
}

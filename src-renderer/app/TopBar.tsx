import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FindBox } from '../find/index.ts';
import { ariaKeys } from '../ui/hotkeys.ts';
import { Kbd } from '../ui/Kbd.tsx';
import { useSession } from './session.tsx';

type TopBarProps = {
  /** Seconds until this window locks by itself; null until core has said so. */
  readonly locksIn: number | null;
  readonly onFind: () => void;
  readonly onLock: () => void;
};

export function TopBar({ locksIn, onFind, onLock }: TopBarProps) {
  const { t } = useTranslation('app');
  const { can, workstationName, idleMinutes } = useSession();
  const seconds = locksIn ?? idleMinutes * 60;
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const soon = seconds <= 30;
  return (
    <section className="ck-top" aria-label={t('frame.top')}>
      <div className="ck-top-find">{can('patient:read') && <FindBox onOpen={onFind} />}</div>
      <div className="ck-top-right">
        <span>{workstationName}</span>
        <span className={soon ? 'ck-warn-text' : undefined} role="timer">
          {t('frame.locks-in', { left })}
        </span>
        {/* the last half minute is said aloud once: WCAG 2.2.1 */}
        <span className="ck-hidden" role="status">
          {soon ? t('frame.locks-soon') : ''}
        </span>
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

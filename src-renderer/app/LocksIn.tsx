import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCoreEvent } from '../client.ts';
import { useVeil } from './lock.tsx';
import { useSession } from './session.tsx';

/** The time to auto-lock. It ticks every second and by itself, so that nothing around it is drawn again. */
export function LocksIn() {
  const { t } = useTranslation('app');
  const { idleMinutes } = useSession();
  const veils = useVeil() !== null;
  const [told, setTold] = useState<number | null>(null);
  useCoreEvent('locks-in', ({ seconds }) => setTold(seconds));
  const seconds = told ?? idleMinutes * 60;
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const soon = seconds <= 30;
  return (
    <>
      <span className={soon ? 'ck-warn-text' : undefined} role="timer">
        {t(veils ? 'frame.veils-in' : 'frame.locks-in', { left })}
      </span>
      {/* the last half minute is said aloud once: WCAG 2.2.1 */}
      <span className="ck-hidden" role="status">
        {soon ? t(veils ? 'frame.veils-soon' : 'frame.locks-soon') : ''}
      </span>
    </>
  );
}

import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** The time until a veiled session locks. It ticks by itself; core decides when it is over. */
export function VeilClock({ remaining }: { readonly remaining: number }) {
  const { t } = useTranslation('start');
  const [seconds, setSeconds] = useState(Math.ceil(remaining / 1000));
  useEffect(() => {
    const until = performance.now() + remaining;
    const show = () => setSeconds(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    show();
    const timer = setInterval(show, 1000);
    return () => clearInterval(timer);
  }, [remaining]);
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const soon = seconds <= 30;
  return (
    <>
      <span className={soon ? 'ck-warn-text' : undefined} role="timer">
        {t('veiled.locks-in', { left })}
      </span>
      {/* the last half minute is said aloud once: WCAG 2.2.1 */}
      <span className="ck-hidden" role="status">
        {soon ? t('veiled.locks-soon') : ''}
      </span>
    </>
  );
}

import { useTranslation } from 'react-i18next';
import { useProcedure } from '../client.ts';

/** Another admin may ask at another desk: how often the number in the rail is asked for, milliseconds. */
const every = 10_000;

/** What waits for this admin, as a number in the rail. Nothing when nothing waits. */
export function WaitingCount() {
  const { t } = useTranslation('requests');
  const count = useProcedure('requests.count', {}, { refetchInterval: every });
  const waiting = count.data?.waiting ?? 0;
  if (waiting === 0) return null;
  return (
    <>
      <span className="ck-rail-count" aria-hidden="true">
        {waiting > 99 ? '99+' : waiting}
      </span>
      <span className="ck-hidden">{t('waiting', { count: waiting })}</span>
    </>
  );
}

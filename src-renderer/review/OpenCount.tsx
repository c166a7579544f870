import { useTranslation } from 'react-i18next';
import { useCoreEvent, useProcedure, useRefresh } from '../client.ts';
import { notifyAlarm } from '../ui/index.ts';

/** How often the number in the rail is asked for, milliseconds: the watch comes by every other second. */
const every = 5_000;

/** What waits for a verdict, as a number in the rail. Nothing when nothing waits. */
export function OpenCount() {
  const { t } = useTranslation('review');
  const count = useProcedure('reviews.count', {}, { refetchInterval: every });
  const refresh = useRefresh();
  useCoreEvent('alarm', ({ kind }) => {
    void refresh(['reviews.count']);
    if (kind === 'record-differs') notifyAlarm(t('alarm.record-differs'));
  });
  const open = count.data?.open ?? 0;
  if (open === 0) return null;
  return (
    <>
      <span className="ck-rail-count" aria-hidden="true">
        {open > 99 ? '99+' : open}
      </span>
      <span className="ck-hidden">{t('waiting', { count: open })}</span>
    </>
  );
}

/** The standing in the user's words: short for the rail, with a tone that never stands alone. */
import { useTranslation } from 'react-i18next';
import type { SyncStanding } from '../../src-shared/contract/sync.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { useFormat } from '../ui/index.ts';
import type { Progress } from './use-sync.ts';

/** From so many batches on, a catch-up says how far it has come. */
const long = 20;

export function useSyncWords(): (standing: SyncStanding, catchUp: Progress | null) => string {
  const { t } = useTranslation('sync');
  const format = useFormat();
  return ({ state, waiting, lastContact }, catchUp) => {
    switch (state) {
      case 'sending':
        return t('state.sending', { count: waiting, waiting: format.number(waiting) });
      case 'receiving':
        return catchUp !== null && catchUp.total >= long
          ? t('state.receiving-of', { done: format.number(catchUp.done), total: format.number(catchUp.total) })
          : t('state.receiving');
      case 'offline': {
        if (lastContact === null) return t('state.offline');
        const today = isoDay(lastContact) === isoDay(Date.now());
        return t('state.offline-since', {
          when: today ? format.time(lastContact) : format.dayAgo(isoDay(lastContact)),
        });
      }
      case 'attention':
        return t('state.attention');
      default:
        return t('state.up-to-date');
    }
  };
}

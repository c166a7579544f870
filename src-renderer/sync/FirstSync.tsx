import { Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/index.ts';
import { useCatchUp, useSyncStanding } from './use-sync.ts';
import './sync.css';

/** A workstation that has just joined: the record is not here yet, which is another thing than no patients. */
export function useFirstSync(): boolean {
  const standing = useSyncStanding();
  return standing !== null && (standing.state === 'receiving' || standing.lastContact === null || standing.behind > 0);
}

/** In the place of "no patients yet", while the clinic's record is on its way. */
export function FirstSync() {
  const { t } = useTranslation('sync');
  const format = useFormat();
  const standing = useSyncStanding();
  const moved = useCatchUp(standing);
  const held = standing?.state === 'offline' || standing?.state === 'attention';
  // before the first step a still bar would look as if nothing happened
  const known = moved !== null && moved.done > 0;
  return (
    <div className="ck-state ck-first-sync">
      <p className="ck-state-title">{t('first.title')}</p>
      <p className="ck-dim">{t(held ? 'first.held' : 'first.text')}</p>
      {!held && (
        <Progress
          value={known ? (moved.done / moved.total) * 100 : 100}
          animated={!known}
          size="sm"
          aria-label={t('first.title')}
        />
      )}
      {known && !held && (
        <p className="ck-dim">
          {t('first.of', { done: format.number(moved.done), total: format.number(moved.total) })}
        </p>
      )}
    </div>
  );
}

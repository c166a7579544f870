import { useTranslation } from 'react-i18next';
import { useGo } from '../app/navigation.ts';
import { useProcedure } from '../client.ts';
import { Card, Chip, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import classes from './find.module.css';

/** This user's notes that are not signed yet, with whose chart they belong to, for the landing page. */
export function DraftsList() {
  const { t } = useTranslation('find');
  const go = useGo();
  const format = useFormat();
  const { data, error, isPending, refetch } = useProcedure('notes.drafts', {});
  return (
    <Card title={t('drafts.title')} flush>
      {isPending ? (
        <div className={classes.pad}>
          <LoadingSkeleton rows={2} rowHeight={47} />
        </div>
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : data.drafts.length === 0 ? (
        <p className={classes.quiet}>{t('drafts.none')}</p>
      ) : (
        <ul className={classes.list}>
          {data.drafts.map(({ draft, patientName, birthDate }) => (
            <li key={draft.id}>
              <button type="button" className={classes.draft} onClick={() => go.chart(draft.patientId)}>
                <span className={classes.person}>
                  <bdi className={classes.name}>{patientName}</bdi>
                  <span className={classes.about}>{birthDate === null ? '' : format.date(birthDate)}</span>
                </span>
                <bdi className={classes.other}>{draft.content.title}</bdi>
                <span className={classes.seen}>{format.dateTime(draft.savedAt)}</span>
                <Chip tone="warn">{t(draft.amends === null ? 'drafts.draft' : 'drafts.amendment')}</Chip>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

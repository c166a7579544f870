import { useTranslation } from 'react-i18next';
import type { ReviewDetail } from '../../src-shared/contract/reviews.ts';
import { useFormat } from '../ui/index.ts';
import classes from './review.module.css';
import { useReviewWords } from './words.ts';

/** The accesses behind a finding, oldest first. */
export function Evidence({ review }: { readonly review: ReviewDetail }) {
  const { t } = useTranslation('review');
  const { t: audit } = useTranslation('audit');
  const format = useFormat();
  const words = useReviewWords();
  const { evidence, entryCount } = review;
  if (evidence.length === 0) return <p className={classes.pad}>{t('evidence.none')}</p>;
  return (
    <>
      <div className="ck-table-scroll">
        <table className="ck-table">
          <thead>
            <tr>
              <th scope="col">{t('evidence.when')}</th>
              <th scope="col">{t('evidence.what')}</th>
              <th scope="col">{t('fact.patient')}</th>
            </tr>
          </thead>
          <tbody>
            {evidence.map((entry) => (
              <tr key={entry.seq}>
                <td className="ck-mono">
                  <time>{format.logTime(entry.recorded)}</time>
                </td>
                <td>{audit(`event.${entry.event}`, { defaultValue: entry.event })}</td>
                <td>
                  <bdi>{words.patient(entry) ?? '–'}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {entryCount > evidence.length && (
        <p className={classes.pad}>
          {t('evidence.more', { shown: format.number(evidence.length), all: format.number(entryCount) })}
        </p>
      )}
    </>
  );
}

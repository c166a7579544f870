import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { FlagWord } from './FlagWord.tsx';
import type { Item } from './model/chart.ts';
import type { Series } from './model/series.ts';
import { SourceLine } from './SourceLine.tsx';

const most = 50;

/** A series' values, the newest first, each with where it came from. */
export function SeriesTable({ series, onOpen }: { readonly series: Series; readonly onOpen: (item: Item) => void }) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const points = series.points.toReversed().slice(0, most);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('column.date')}</th>
          <th scope="col">{t('column.value')}</th>
          <th scope="col">{t('column.range')}</th>
          <th scope="col">{t('column.source')}</th>
        </tr>
      </thead>
      <tbody>
        {points.map((point, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a panel may bring the same code twice
          <tr key={`${point.item.row.id} ${index}`}>
            <td>
              <button type="button" className={classes.linkLike} onClick={() => onOpen(point.item)}>
                {point.dateText === undefined ? t('undated') : format.date(point.dateText)}
              </button>
            </td>
            <td>
              <strong>{point.text}</strong> {series.unit} <FlagWord flag={point.flag} />
            </td>
            <td>
              <bdi>{point.rangeText ?? ''}</bdi>
            </td>
            <td>
              <SourceLine source={point.item.row.source} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { isoToday } from '../find/today.ts';
import { useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { type Item, isOver } from './model/chart.ts';

/** A list of what is true now needs no days: the month for the last year and a half, before that the year. */
function shortened(date: string, today: string): string {
  const months = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7) || '1');
  return months(today) - months(date) > 18 ? date.slice(0, 4) : date.slice(0, 7);
}

type Props = {
  readonly item: Item;
  readonly sub?: string | undefined;
  /** Said before the date: "since". */
  readonly since?: boolean;
  readonly onOpen: (item: Item) => void;
};

/** One line of a card; opens everything known about the record, its source line first. */
export const ItemRow = memo(function ItemRow({ item, sub, since = false, onOpen }: Props) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const over = isOver(item);
  const date = item.facts.dateText;
  const shortDate = date === undefined ? '' : format.date(shortened(date, isoToday()));
  return (
    <li>
      <button type="button" className={classes.item} data-over={over || undefined} onClick={() => onOpen(item)}>
        <span className={classes.itemText}>
          <bdi>{item.title}</bdi>
          {over && `, ${t(`status.${item.facts.status}`, { defaultValue: item.facts.status ?? '' })}`}
          {sub !== undefined && sub !== '' && (
            <span className={classes.itemSub}>
              <bdi>{sub}</bdi>
            </span>
          )}
        </span>
        <span className={classes.itemDate}>
          {since && shortDate !== '' ? t('since', { date: shortDate }) : shortDate}
        </span>
      </button>
    </li>
  );
});

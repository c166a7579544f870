import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import { type Item, isOver } from './model/chart.ts';

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
  const shortDate = date === undefined ? '' : date.length > 10 ? format.date(date.slice(0, 10)) : format.date(date);
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

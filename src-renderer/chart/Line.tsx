import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/index.ts';
import classes from './chart.module.css';
import type { Item } from './model/chart.ts';
import { SourceLine } from './SourceLine.tsx';

/** One record in a list by time: the date first, what it is, where it came from. */
export const Line = memo(function Line({
  item,
  onOpen,
}: {
  readonly item: Item;
  readonly onOpen: (item: Item) => void;
}) {
  const { t } = useTranslation('chart');
  const format = useFormat();
  const date = item.facts.dateText;
  const { status } = item.facts;
  return (
    <button type="button" className={classes.line} onClick={() => onOpen(item)}>
      <span className={classes.lineDate}>{date === undefined ? t('undated') : format.date(date)}</span>
      <span className={classes.lineText}>
        <span>
          <bdi className={classes.lineTitle}>{item.title}</bdi>{' '}
          <span className={classes.small}>{t(`type.${item.row.type}`, { defaultValue: item.row.type })}</span>
        </span>
        <SourceLine source={item.row.source} />
      </span>
      <span className={classes.lineStatus}>
        {item.row.signed ? t('signed') : status === undefined ? '' : t(`status.${status}`, { defaultValue: status })}
      </span>
    </button>
  );
});

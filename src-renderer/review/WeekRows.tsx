import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReviewWeekLine } from '../../src-shared/contract/reviews.ts';
import { Chip, useFormat } from '../ui/index.ts';
import classes from './review.module.css';
import { walk } from './walk.ts';
import { lookOf, useWeekWords } from './week-words.ts';

type Props = {
  readonly weeks: readonly ReviewWeekLine[];
  readonly chosen: string | null;
  readonly onChoose: (week: string) => void;
};

export function WeekRows({ weeks, chosen, onChoose }: Props) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const words = useWeekWords();
  const looked = ({ closed, samples, findings }: ReviewWeekLine) => {
    const all = samples + findings;
    if (all === 0) return t('week.nothing');
    return t('week.progress', { closed: format.number(closed), all: format.number(all) });
  };
  return (
    <ul className={classes.rows} onKeyDown={walk}>
      {weeks.map((line) => {
        const { state, ...look } = lookOf(line);
        return (
          <li key={line.week}>
            <UnstyledButton
              className={classes.row}
              aria-current={line.week === chosen ? 'true' : undefined}
              onClick={() => onChoose(line.week)}
            >
              <span className={classes.rowHead}>
                <strong>{words.name(line.week)}</strong>
                <Chip {...look}>{t(`week.state.${state}`)}</Chip>
              </span>
              <span className={classes.rowLine}>{words.span(line)}</span>
              <span className={classes.rowLine}>
                {line.signed === null
                  ? looked(line)
                  : line.signed.at !== null && (
                      <>
                        <bdi>{line.signed.by}</bdi>, {format.dateTime(line.signed.at)}
                      </>
                    )}
              </span>
            </UnstyledButton>
          </li>
        );
      })}
    </ul>
  );
}

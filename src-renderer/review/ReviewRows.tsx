import { UnstyledButton } from '@mantine/core';
import type { ReviewLine } from '../../src-shared/contract/reviews.ts';
import { useFormat } from '../ui/index.ts';
import classes from './review.module.css';
import { VerdictChip } from './VerdictChip.tsx';
import { walk } from './walk.ts';
import { useReviewWords } from './words.ts';

type Props = {
  readonly items: readonly ReviewLine[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
};

export function ReviewRows({ items, chosen, onChoose }: Props) {
  const format = useFormat();
  const words = useReviewWords();
  return (
    <ul className={classes.rows} onKeyDown={walk}>
      {items.map((item) => {
        const patient = words.patient(item);
        return (
          <li key={item.id}>
            <UnstyledButton
              className={classes.row}
              aria-current={item.id === chosen ? 'true' : undefined}
              onClick={() => onChoose(item.id)}
            >
              <span className={classes.rowHead}>
                <strong>{words.kind(item.kind)}</strong>
                {item.closed === null ? (
                  <time className={classes.when}>{format.dateTime(item.at)}</time>
                ) : (
                  <VerdictChip verdict={item.closed.verdict} />
                )}
              </span>
              <span className={classes.rowLine}>
                <bdi>{item.user}</bdi>
                {item.user !== '' && patient !== null && ' · '}
                {patient !== null && <bdi>{patient}</bdi>}
              </span>
              {item.closed !== null && (
                <span className={classes.rowLine}>
                  <time className={classes.when}>{format.dateTime(item.at)}</time>
                </span>
              )}
            </UnstyledButton>
          </li>
        );
      })}
    </ul>
  );
}

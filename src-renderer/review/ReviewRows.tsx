import { UnstyledButton } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import type { ReviewLine } from '../../src-shared/contract/reviews.ts';
import { useFormat } from '../ui/index.ts';
import classes from './review.module.css';
import { VerdictChip } from './VerdictChip.tsx';
import { useReviewWords } from './words.ts';

type Props = {
  readonly items: readonly ReviewLine[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
};

const steps: Readonly<Record<string, 'next' | 'previous' | 'first' | 'last'>> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
};

/** Arrows go from line to line, Enter opens. */
function walk(event: KeyboardEvent<HTMLUListElement>): void {
  const step = steps[event.key];
  if (step === undefined) return;
  const lines = [...event.currentTarget.querySelectorAll('button')];
  const active = document.activeElement;
  const at = active instanceof HTMLButtonElement ? lines.indexOf(active) : -1;
  const to = { next: at + 1, previous: at - 1, first: 0, last: lines.length - 1 }[step];
  event.preventDefault();
  lines[Math.max(0, Math.min(to, lines.length - 1))]?.focus();
}

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
                {patient !== null && (
                  <>
                    {' · '}
                    <bdi>{patient}</bdi>
                  </>
                )}
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

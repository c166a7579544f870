import { Button, UnstyledButton } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConflictLine } from '../../src-shared/contract/sync.ts';
import { useGo } from '../app/navigation.ts';
import { ariaKeys, DateText, FormError, Kbd } from '../ui/index.ts';
import classes from './conflicts.module.css';
import { deletion, type Side, useConflictWords } from './words.ts';

export type Choice = 'shown' | 'lost';

type CardProps = {
  readonly line: ConflictLine;
  /** The one that the keys settle. */
  readonly current: boolean;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onFocus: () => void;
  readonly onSettle: (choose: Choice) => void;
  readonly ref: (element: HTMLElement | null) => void;
};

/** Both values side by side, who and when; one click settles. */
export function ConflictCard({ line, current, busy, error, onFocus, onSettle, ref }: CardProps) {
  const { t } = useTranslation('conflicts');
  const words = useConflictWords();
  const go = useGo();
  const heading = useId();
  const { patientId, patient } = line;
  return (
    <section
      ref={ref}
      className={classes.card}
      data-current={current}
      tabIndex={-1}
      aria-labelledby={heading}
      onFocus={onFocus}
    >
      <header className={classes.head}>
        <h2 id={heading}>
          {patient !== null && (
            <>
              {patientId === null ? (
                <bdi>{patient}</bdi>
              ) : (
                <UnstyledButton className={classes.patient} onClick={() => go.chart(patientId)}>
                  <bdi>{patient}</bdi>
                </UnstyledButton>
              )}
              <span className={classes.dot}> · </span>
            </>
          )}
          <span className={classes.about}>
            <bdi>{words.about(line)}</bdi>
          </span>
        </h2>
        <p className={classes.field}>{words.field(line)}</p>
      </header>
      <div className={classes.sides}>
        <SideOf line={line} side={line.shown} other={line.lost} name={t('side.shown')}>
          <Button
            variant="default"
            disabled={busy}
            onClick={() => onSettle('shown')}
            aria-describedby={heading}
            aria-keyshortcuts={ariaKeys('keepShown')}
            {...(current ? { rightSection: <Kbd of="keepShown" /> } : {})}
          >
            {t('keep')}
          </Button>
        </SideOf>
        <SideOf line={line} side={line.lost} other={line.shown} name={t('side.lost')}>
          <Button
            variant="default"
            disabled={busy}
            onClick={() => onSettle('lost')}
            aria-describedby={heading}
            aria-keyshortcuts={ariaKeys('takeOther')}
            {...(current ? { rightSection: <Kbd of="takeOther" /> } : {})}
          >
            {t(line.field === deletion ? 'delete' : 'take')}
          </Button>
        </SideOf>
      </div>
      <FormError error={error} />
    </section>
  );
}

type SideProps = {
  readonly line: ConflictLine;
  readonly side: Side;
  readonly other: Side;
  readonly name: string;
  readonly children: React.ReactNode;
};

function SideOf({ line, side, other, name, children }: SideProps) {
  const { t } = useTranslation('conflicts');
  const words = useConflictWords();
  const lines = words.lines(line, side);
  const others = new Set(words.lines(line, other));
  // of one line there is nothing to compare: the whole of it differs
  const compared = lines.length > 1 || others.size > 1;
  return (
    <div className={classes.side}>
      <h3>{name}</h3>
      <div className={classes.value} data-words={side.text === null || side.text === ''}>
        {lines.map((text, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text, always the same
          <p key={at} data-same={compared && others.has(text)} data-differs={compared && !others.has(text)}>
            <bdi>{text}</bdi>
          </p>
        ))}
      </div>
      <div className={classes.foot}>
        <p className={classes.who}>
          <bdi>{words.who(side)}</bdi>
          <br />
          {side.at === null ? t('side.undated') : <DateText at={side.at} />}
        </p>
        {children}
      </div>
    </div>
  );
}

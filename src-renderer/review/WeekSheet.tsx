import { Button, Progress } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewWeek } from '../../src-shared/contract/reviews.ts';
import { useProcedure } from '../client.ts';
import { Card, Chip, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import { ReviewDetails } from './ReviewDetails.tsx';
import { ReviewRows } from './ReviewRows.tsx';
import classes from './review.module.css';
import { SignWeek } from './SignWeek.tsx';
import { lookOf, useWeekWords } from './week-words.ts';

/** One week: how far it is looked at, what is on its sheet, and its sign-off. One of its items takes its place. */
export function WeekSheet({ week, focus }: { readonly week: string; readonly focus: boolean }) {
  const { t } = useTranslation('review');
  const [chosen, setChosen] = useState<string | null>(null);
  const [been, setBeen] = useState(false);
  const sheet = useProcedure('reviews.week', { week });
  if (chosen !== null) {
    return (
      <div className={classes.details}>
        <div>
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              setChosen(null);
              setBeen(true);
            }}
          >
            ← {t('week.back')}
          </Button>
        </div>
        <ReviewDetails key={chosen} id={chosen} />
      </div>
    );
  }
  if (sheet.isPending) {
    return (
      <Card label={t('details')}>
        <LoadingSkeleton rows={6} />
      </Card>
    );
  }
  if (sheet.error !== null) {
    return (
      <Card label={t('details')}>
        <ErrorState error={sheet.error} onRetry={() => void sheet.refetch()} />
      </Card>
    );
  }
  return <Loaded sheet={sheet.data} focus={focus || been} onChoose={setChosen} />;
}

type LoadedProps = {
  readonly sheet: ReviewWeek;
  readonly focus: boolean;
  readonly onChoose: (id: string) => void;
};

function Loaded({ sheet, focus, onChoose }: LoadedProps) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const words = useWeekWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus) heading.current?.focus();
  }, [focus]);
  const { accesses, samples, findings, closed } = sheet;
  const all = samples + findings;
  const { state, ...look } = lookOf(sheet);
  const progress = t('week.progress', { closed: format.number(closed), all: format.number(all) });
  return (
    <section className={classes.details} aria-label={t('details')}>
      <Card label={words.name(sheet.week)}>
        <div className={classes.lead}>
          <h2 ref={heading} tabIndex={-1}>
            {words.name(sheet.week)}
          </h2>
          <Chip {...look}>{t(`week.state.${state}`)}</Chip>
        </div>
        <p className="ck-dim">{words.span(sheet)}</p>
        {all === 0 ? (
          <p className={classes.finding}>{t('week.empty')}</p>
        ) : (
          <>
            <p className={classes.finding}>
              {t('week.drawn', {
                count: accesses,
                samples: format.number(samples),
                accesses: format.number(accesses),
              })}
              {' · '}
              {t('week.found', { count: findings, findings: format.number(findings) })}
            </p>
            <div className={classes.progress}>
              <Progress value={(closed / all) * 100} aria-label={progress} className={classes.progressBar} />
              <span>{progress}</span>
            </div>
          </>
        )}
      </Card>
      <SignWeek sheet={sheet} onSigned={() => heading.current?.focus()} />
      {all > 0 && (
        <Card title={t('week.items')} flush>
          <ReviewRows items={sheet.items} chosen={null} onChoose={onChoose} />
        </Card>
      )}
    </section>
  );
}

import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewDetail } from '../../src-shared/contract/reviews.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { useGo } from '../app/navigation.ts';
import { useSession } from '../app/session.tsx';
import { nothingChosen } from '../audit/filter.ts';
import { useProcedure } from '../client.ts';
import { Card, Chip, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import { EmergencyReason } from './EmergencyReason.tsx';
import { Evidence } from './Evidence.tsx';
import classes from './review.module.css';
import { VerdictChip } from './VerdictChip.tsx';
import { VerdictForm } from './VerdictForm.tsx';
import { useReviewWords } from './words.ts';

/** One finding: what was seen, the accesses behind it, and the verdict or the form for it. */
export function ReviewDetails({ id }: { readonly id: string }) {
  const { t } = useTranslation('review');
  const review = useProcedure('reviews.get', { id });
  if (review.isPending) {
    return (
      <Card label={t('details')}>
        <LoadingSkeleton rows={6} />
      </Card>
    );
  }
  if (review.error !== null) {
    return (
      <Card label={t('details')}>
        <ErrorState error={review.error} onRetry={() => void review.refetch()} />
      </Card>
    );
  }
  return <Loaded review={review.data} />;
}

function Loaded({ review }: { readonly review: ReviewDetail }) {
  const { t } = useTranslation('review');
  const { can } = useSession();
  const words = useReviewWords();
  const go = useGo();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const patient = words.patient(review);
  const showLog = () =>
    go.audit({
      ...nothingChosen,
      person: { id: review.userId, name: review.user },
      patient:
        review.patientId !== null && review.patient !== null && can('patient:read')
          ? { id: review.patientId, name: review.patient }
          : null,
      range: { kind: 'days', from: isoDay(review.at), to: isoDay(review.until) },
    });
  return (
    <section className={classes.details} aria-label={t('details')}>
      <Card label={t('finding.label')}>
        <div className={classes.lead}>
          <h2 ref={heading} tabIndex={-1}>
            {words.kind(review.kind)}
          </h2>
          {review.closed === null ? (
            <Chip tone="warn" sign="●">
              {t('state.open')}
            </Chip>
          ) : (
            <VerdictChip verdict={review.closed.verdict} />
          )}
        </div>
        <p className={classes.finding}>{words.finding(review)}</p>
        <dl className={classes.facts}>
          {review.user !== '' && (
            <>
              <dt>{t('fact.who')}</dt>
              <dd>
                <bdi>{review.user}</bdi>
              </dd>
            </>
          )}
          {review.kind === 'record-differs' && <Difference detail={review.detail} />}
          {patient !== null && (
            <>
              <dt>{t('fact.patient')}</dt>
              <dd>
                <bdi>{patient}</bdi>
              </dd>
            </>
          )}
          <dt>{t('fact.when')}</dt>
          <dd>
            <time>{words.span(review)}</time>
          </dd>
          {review.kind === 'break-glass' && typeof review.detail['grant'] === 'string' && (
            <EmergencyReason grant={review.detail['grant']} />
          )}
        </dl>
      </Card>
      {review.closed === null ? <VerdictForm review={review} /> : <Closed review={review} closed={review.closed} />}
      {review.entryCount > 0 && (
        <Card
          title={t('evidence.title')}
          flush
          action={
            can('audit:read') && (
              <Button variant="subtle" size="compact-xs" onClick={showLog}>
                {t('evidence.log')}
              </Button>
            )
          }
        >
          <Evidence review={review} />
        </Card>
      )}
    </section>
  );
}

/** What the weekly check found: a code and a place, no content. */
function Difference({ detail }: Pick<ReviewDetail, 'detail'>) {
  const { t } = useTranslation('review');
  return (
    <>
      <dt>{t('fact.problem')}</dt>
      <dd>
        <code>{detail['problem']}</code>
      </dd>
      {detail['place'] !== '' && (
        <>
          <dt>{t('fact.place')}</dt>
          <dd>
            <code>{detail['place']}</code>
          </dd>
        </>
      )}
    </>
  );
}

function Closed({
  review,
  closed,
}: {
  readonly review: ReviewDetail;
  readonly closed: NonNullable<ReviewDetail['closed']>;
}) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const words = useReviewWords();
  return (
    <Card title={t('closed.title')}>
      <p>
        <strong>{words.verdict(closed.verdict)}</strong>
        {' · '}
        <bdi>{closed.by}</bdi>
        {' · '}
        <time>{format.dateTime(closed.at)}</time>
      </p>
      {review.comment !== null && <p className={classes.comment}>{review.comment}</p>}
    </Card>
  );
}

import { Button, Group, Radio, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ReviewDetail, type ReviewVerdict, reviewVerdicts } from '../../src-shared/contract/reviews.ts';
import { useSession } from '../app/session.tsx';
import { useAction } from '../client.ts';
import { Card, FormError, notifyDone } from '../ui/index.ts';
import classes from './review.module.css';

/** Three verdicts and a comment; signed once, for good. Who is concerned sees why there is no form for them. */
export function VerdictForm({ review }: { readonly review: ReviewDetail }) {
  const { t } = useTranslation('review');
  const { userId } = useSession();
  const [verdict, setVerdict] = useState<ReviewVerdict | null>(null);
  const [comment, setComment] = useState('');
  const [missing, setMissing] = useState(false);
  const close = useAction('reviews.close', { stale: ['reviews'] });
  if (!review.mayClose) {
    return (
      <Card label={t('form.title')}>
        <p>{t(review.userId === userId ? 'form.own' : 'form.not-allowed')}</p>
      </Card>
    );
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (verdict === null) {
      setMissing(true);
      return;
    }
    try {
      await close.mutateAsync({ id: review.id, verdict, comment });
      notifyDone(t('form.done'));
    } catch {
      // shown by the form: close.error
    }
  };
  return (
    <Card title={t('form.title')} tone="accent">
      <form onSubmit={submit} noValidate>
        <Stack gap={12}>
          <Radio.Group
            value={verdict}
            onChange={(value) => {
              setVerdict(reviewVerdicts.find((each) => each === value) ?? null);
              setMissing(false);
            }}
            label={t('form.verdict')}
            error={missing ? t('form.choose') : undefined}
          >
            <div className={classes.verdicts}>
              {reviewVerdicts.map((each) => (
                <Radio.Card key={each} value={each} className={classes.verdict}>
                  <Radio.Indicator />
                  <span>
                    <span className={classes.verdictName}>{t(`verdict.${each}.name`)}</span>
                    <span className={classes.verdictText}>{t(`verdict.${each}.text`)}</span>
                  </span>
                </Radio.Card>
              ))}
            </div>
          </Radio.Group>
          <Textarea
            label={t('form.comment')}
            description={t('form.comment-hint')}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
            maxLength={2000}
            autosize
            minRows={2}
            maxRows={8}
          />
          <FormError error={close.error} />
          <Group justify="space-between">
            <p className="ck-dim">{t('form.stays')}</p>
            <Button type="submit" loading={close.isPending}>
              {t('form.sign')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

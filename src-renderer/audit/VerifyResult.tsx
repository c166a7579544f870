import { Button, Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useErrorText, useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import type { Verification } from './use-verification.ts';

type Props = { readonly verification: Verification; readonly onCancel: () => void; readonly onAgain: () => void };

/** How a verification goes, and what came of it, in plain words. */
export function VerifyResult({ verification, onCancel, onAgain }: Props) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const errorText = useErrorText();
  switch (verification.state) {
    case 'idle':
      return null;
    case 'running': {
      const share = verification.total === 0 ? 0 : (verification.done / verification.total) * 100;
      return (
        <section className={classes.verify} aria-label={t('verify.running')}>
          <span role="status">
            {verification.total === 0
              ? t('verify.running')
              : t('verify.progress', {
                  done: format.number(verification.done),
                  total: format.number(verification.total),
                })}
          </span>
          <Progress className={classes.progress} value={share} aria-label={t('verify.running')} />
          <Button variant="default" size="xs" onClick={onCancel}>
            {t('verify.stop')}
          </Button>
        </section>
      );
    }
    case 'cancelled':
      return (
        <p className={classes.verify} role="status">
          {t('verify.cancelled')}
        </p>
      );
    case 'failed':
      return (
        <section className={classes.verify} data-state="bad" role="alert">
          <span>
            {t('verify.failed')} {errorText(verification.error)}
          </span>
          <Button variant="default" size="xs" onClick={onAgain}>
            {t('verify.again')}
          </Button>
        </section>
      );
    case 'done': {
      const { verdict } = verification;
      if (verdict.ok) {
        return (
          <section className={classes.verify} data-state="good" role="status">
            <span>
              <strong>✓ {t('verify.good')}</strong>{' '}
              {t('verify.goodDetail', { entries: format.number(verdict.entries), rows: format.number(verdict.rows) })}{' '}
              {verdict.actions !== null &&
                t(verdict.actions.unsigned === 0 ? 'verify.signed' : 'verify.signedMostly', {
                  signed: format.number(verdict.actions.signed),
                  unsigned: format.number(verdict.actions.unsigned),
                })}
            </span>
            <code className={classes.root} title={t('verify.root')}>
              {verdict.root.slice(0, 16)}
            </code>
          </section>
        );
      }
      return (
        <section className={classes.verify} data-state="bad" role="alert">
          <span>
            <strong>▲ {t('verify.bad')}</strong> {t('verify.badDetail')}{' '}
            {verdict.problem !== null && (
              <>
                {t(`problem.${verdict.problem.code}`, {
                  defaultValue: t('problem.other', { code: verdict.problem.code }),
                })}{' '}
                <code>
                  <bdi>{verdict.problem.at}</bdi>
                </code>
              </>
            )}
          </span>
        </section>
      );
    }
  }
}

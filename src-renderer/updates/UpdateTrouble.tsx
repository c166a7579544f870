import { useTranslation } from 'react-i18next';
import { unknownAfterDays } from '../../src-shared/updates/state.ts';
import { Card } from '../ui/index.ts';
import type { UpdateStatus } from './use-updates.ts';

/** What keeps updates from this workstation, each with what to do about it. Nothing where nothing does. */
export function UpdateTrouble({ status: { state, unknown } }: { readonly status: UpdateStatus }) {
  const { t } = useTranslation('updates');
  const { off, refusal, lastGood } = state;
  return (
    <>
      {unknown && (
        <section className="ck-update-banner" data-tone="warn" aria-label={t('unknown.title')}>
          <div>
            <p className="ck-update-title">
              <span aria-hidden="true">▲ </span>
              {t('unknown.title')}
            </p>
            <p>{lastGood === null ? t('unknown.never') : t('unknown.text', { count: unknownAfterDays })}</p>
            {off === null && <p>{t('unknown.do')}</p>}
          </div>
        </section>
      )}
      {off !== null && (
        <Card title={t('off.title')}>
          <dl className="ck-update-trouble">
            <dd>{t(`off.${off}.what`)}</dd>
            <dt>{t('refusal.do')}</dt>
            <dd>{t(`off.${off}.do`)}</dd>
          </dl>
        </Card>
      )}
      {refusal !== null && (
        <Card title={t('refusal.title')}>
          <dl className="ck-update-trouble">
            <dd>
              {t(`refusal.${refusal}.what`)} <span className="ck-dim">{t('refusal.safe')}</span>
            </dd>
            <dt>{t('refusal.do')}</dt>
            <dd>{t(`refusal.${refusal}.do`)}</dd>
          </dl>
        </Card>
      )}
    </>
  );
}

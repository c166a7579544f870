import { useTranslation } from 'react-i18next';
import { StepHeading } from '../start/StepHeading.tsx';

/** A version that did not prove itself: nobody works in it, and what becomes of it. */
export function FailedVersion({ version }: { readonly version: string }) {
  const { t } = useTranslation('updates');
  const { t: start } = useTranslation('start');
  return (
    <div>
      <StepHeading>{t('failed.title', { version })}</StepHeading>
      <dl className="ck-state-facts">
        <dt>{start('state.happened')}</dt>
        <dd>{t('failed.happened')}</dd>
        <dt>{start('state.safe')}</dt>
        <dd>{t('failed.safe')}</dd>
        <dt>{start('state.do')}</dt>
        <dd>{t('failed.do')}</dd>
      </dl>
    </div>
  );
}

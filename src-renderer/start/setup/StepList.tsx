import { useTranslation } from 'react-i18next';
import { type Step, steps } from './SetupWizard.tsx';

/** Where one is in the set-up, on the dark half. */
export function StepList({ current }: { readonly current: Step }) {
  const { t } = useTranslation('start');
  const at = steps.indexOf(current);
  return (
    <>
      <p className="ck-start-clinic">{t('setup.title')}</p>
      <ol className="ck-steps" aria-label={t('setup.steps')}>
        {steps.map((step, index) => (
          <li key={step} aria-current={index === at ? 'step' : undefined} data-done={index < at}>
            <span aria-hidden="true" className="ck-step-sign">
              {index < at ? '✓' : index + 1}
            </span>
            {t(`setup.step.${step}`)}
            {index < at && <span className="ck-hidden">{t('setup.step-done')}</span>}
          </li>
        ))}
      </ol>
    </>
  );
}

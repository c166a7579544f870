import { useTranslation } from 'react-i18next';
import type { PrunePlan } from '../../src-shared/contract/retention.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { useFormat } from '../ui/index.ts';

const reasons = ['vouching', 'held', 'review', 'log', 'unsent'] as const;

/** What could go, what stays and why, and what comes after. */
export function PlanInWords({ plan, years }: { readonly plan: PrunePlan; readonly years: number }) {
  const { t } = useTranslation('retention');
  const format = useFormat();
  const { going, kept, because, stoppedBy, onHold } = plan;
  const before = format.date(isoDay(plan.before));
  const stops =
    stoppedBy === 'age' ? t('prune.stopped.age', { count: years, before }) : t(`prune.stopped.${stoppedBy}`);
  return (
    <div className="ck-prune-plan" role="status">
      {onHold && <p className="ck-warn-text">▲ {t('prune.on-hold')}</p>}
      {plan.below === 0 ? (
        <p className="ck-prune-going">{t('prune.nothing', { before })}</p>
      ) : (
        <>
          <p className="ck-prune-going">{t('prune.going', { count: going, entries: format.number(going), before })}</p>
          {kept > 0 && (
            <>
              <p>{t('prune.stay', { count: kept, entries: format.number(kept) })}</p>
              <ul className="ck-prune-reasons">
                {reasons
                  .filter((reason) => because[reason] > 0)
                  .map((reason) => (
                    <li key={reason}>
                      <span className="ck-prune-number">{format.number(because[reason])}</span>
                      {t(`prune.because.${reason}`)}
                    </li>
                  ))}
              </ul>
            </>
          )}
        </>
      )}
      <p className="ck-dim">{stops}</p>
    </div>
  );
}

import { useTranslation } from 'react-i18next';
import type { EmergencyAccess } from '../../src-shared/contract/access.ts';
import { useFormat } from '../ui/index.ts';
import classes from './access.module.css';

/** One emergency access, as it stands in the chart for good. */
export function EmergencyLine({ access }: { readonly access: EmergencyAccess }) {
  const { t } = useTranslation('access');
  const format = useFormat();
  return (
    <div className={classes.line}>
      <span className={classes.when}>
        <time dateTime={new Date(access.at).toISOString()}>{format.dateTime(access.at)}</time>
      </span>
      <span className={classes.what}>
        <span>
          <span aria-hidden="true" className="ck-danger-text">
            ▲{' '}
          </span>
          <strong>
            {t('line.by')} <bdi>{access.by}</bdi>
          </strong>
        </span>
        <span className={classes.small}>
          {t(`emergency.${access.reason}`)} · {t('line.until', { when: format.dateTime(access.until) })}
        </span>
      </span>
    </div>
  );
}

import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { RosterStep } from '../../src-shared/contract/roster.ts';
import { roleName } from '../app/role-name.ts';
import { useSession } from '../app/session.tsx';
import { useProcedure } from '../client.ts';
import { Card, ErrorState, LoadingSkeleton, useFormat } from '../ui/index.ts';
import classes from './roster.module.css';

/** Every signed change, newest first, with who stands behind it. */
export function ChangesTab() {
  const { t } = useTranslation('roster');
  const history = useProcedure('roster.history', {});
  return (
    <Card flush label={t('tab.changes')}>
      {history.isPending ? (
        <div className={classes.loading}>
          <LoadingSkeleton rows={6} rowHeight={46} />
        </div>
      ) : history.error !== null ? (
        <ErrorState error={history.error} onRetry={() => void history.refetch()} />
      ) : (
        <ol className={classes.steps}>
          {history.data.steps.map((step) => (
            <Step key={step.seq} step={step} />
          ))}
        </ol>
      )}
    </Card>
  );
}

/** Who stands behind an entry, in words. */
function signedBy(t: TFunction<'roster'>, step: RosterStep): string {
  if (step.byThemselves) return t('signed.self');
  const names = step.signers.join(', ');
  if (!step.byKit) return t('signed.admins', { count: step.signers.length, names });
  return step.signers.length === 0 ? t('signed.kit') : t('signed.kit-and', { names });
}

function Step({ step }: { readonly step: RosterStep }) {
  const { t } = useTranslation('roster');
  const { t: app } = useTranslation('app');
  const { ownRoles } = useSession();
  const format = useFormat();
  return (
    <li className={classes.step}>
      <time className={classes.when}>{format.dateTime(step.at)}</time>
      <div>
        <ul className={classes.changes}>
          {step.changes.map((change, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an entry never changes
            <li key={at}>
              {t(`change.${change.kind}`)}
              {change.about !== null && (
                <>
                  {' '}
                  <bdi className={classes.about}>{change.about}</bdi>
                </>
              )}
              {change.roles !== null && (
                <span className="ck-dim"> {change.roles.map((role) => roleName(app, role, ownRoles)).join(', ')}</span>
              )}
              {change.status !== null && <span className="ck-dim"> {t(`status.${change.status}`)}</span>}
            </li>
          ))}
        </ul>
        <p className={classes.signed}>{signedBy(t, step)}</p>
      </div>
    </li>
  );
}

import { useTranslation } from 'react-i18next';
import type { User } from '../../src-shared/contract/people.ts';
import { Chip, useFormat } from '../ui/index.ts';

/** Active, suspended, removed; for who has not come yet, how long the code is good. */
export function PersonStatus({ user }: { readonly user: User }) {
  const { t } = useTranslation('people');
  const format = useFormat();
  const { status, invitedUntil, removedAt, secondFactor } = user;
  if (status === 'removed')
    return (
      <span className="ck-person-status">
        <Chip>{t('status.removed')}</Chip>
        {removedAt !== null && <span className="ck-dim">{t('removed-at', { when: format.dateTime(removedAt) })}</span>}
      </span>
    );
  const expired = invitedUntil !== null && invitedUntil <= Date.now();
  return (
    <span className="ck-person-status">
      {status === 'suspended' ? (
        <Chip tone="warn" sign="■">
          {t('status.suspended')}
        </Chip>
      ) : expired ? (
        <Chip tone="warn" sign="▲">
          {t('status.expired')}
        </Chip>
      ) : invitedUntil === null ? (
        <Chip tone="good" sign="✓">
          {t('status.active')}
        </Chip>
      ) : (
        <Chip tone="accent">{t('status.invited')}</Chip>
      )}
      {invitedUntil !== null && !expired && (
        <span className="ck-dim">{t('until', { when: format.dateTime(invitedUntil) })}</span>
      )}
      {secondFactor && <span className="ck-dim">{t('has-second-factor')}</span>}
    </span>
  );
}

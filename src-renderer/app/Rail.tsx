import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Place } from '../../src-shared/contract/people.ts';
import { ConflictCount } from '../conflicts/ConflictCount.tsx';
import { HelpButton } from '../policies/HelpButton.tsx';
import { WaitingCount } from '../requests/WaitingCount.tsx';
import { OpenCount } from '../review/OpenCount.tsx';
import { SyncSign, useSyncStanding } from '../sync/index.ts';
import { Mark } from '../ui/Mark.tsx';
import { QuarantineCount } from '../workstations/QuarantineCount.tsx';
import { mayOpen } from './landing.ts';
import { type Page, useGo } from './navigation.ts';
import { roleName } from './role-name.ts';
import { useSession } from './session.tsx';

type RailPage = Exclude<Page, 'chart' | 'account'>;
const daily: readonly RailPage[] = ['patients', 'conflicts'];
const clinic: readonly RailPage[] = [
  'import',
  'audit',
  'reviews',
  'people',
  'requests',
  'recovery',
  'roster',
  'workstations',
  'keys',
  'updates',
  'settings',
];

/** The dark rail: daily work above, the clinic below, who is signed in at the foot. Only rooms the user may enter. */
export function Rail({ place, onLock }: { readonly place: Place; readonly onLock: () => void }) {
  const { t } = useTranslation('app');
  const session = useSession();
  const go = useGo();
  const current = place.page === 'chart' ? 'patients' : place.page;
  const standing = useSyncStanding();
  // a list that is empty on most days stands in the rail only when it is not
  const hidden = (page: RailPage) => page === 'conflicts' && (standing?.conflicts ?? 0) === 0 && current !== page;
  const items = (pages: readonly RailPage[]) =>
    pages
      .filter((page) => mayOpen(page, session.permissions) && !hidden(page))
      .map((page) => (
        <li key={page}>
          <UnstyledButton
            className="ck-rail-item"
            aria-current={current === page ? 'page' : undefined}
            onClick={() => go.page(page)}
          >
            {t(`rail.${page}`)}
            {page === 'reviews' && <OpenCount />}
            {page === 'requests' && <WaitingCount />}
            {page === 'conflicts' && <ConflictCount count={standing?.conflicts ?? 0} />}
            {page === 'workstations' && session.can('user:write') && (
              <QuarantineCount count={standing?.quarantined ?? 0} />
            )}
          </UnstyledButton>
        </li>
      ));
  const above = items(daily);
  const below = items(clinic);
  return (
    <nav className="ck-rail" aria-label={t('rail.label')}>
      <div className="ck-rail-brand">
        <Mark size={20} />
        <span>Carekeep</span>
      </div>
      {above.length > 0 && <ul>{above}</ul>}
      {below.length > 0 && (
        <>
          <p className="ck-rail-group" id="rail-clinic">
            {t('rail.clinic')}
          </p>
          <ul aria-labelledby="rail-clinic">{below}</ul>
        </>
      )}
      <HelpButton className="ck-rail-item ck-rail-help" />
      <SyncSign />
      <div className="ck-rail-foot">
        <UnstyledButton
          className="ck-rail-item ck-rail-user"
          aria-current={current === 'account' ? 'page' : undefined}
          onClick={() => go.page('account')}
        >
          <span className="ck-rail-name">{session.displayName}</span>
          <span className="ck-hidden">{t('rail.account')}</span>
          <span className="ck-rail-roles">
            {session.roles.map((role) => roleName(t, role, session.ownRoles)).join(', ')}
          </span>
        </UnstyledButton>
        <UnstyledButton className="ck-rail-lock" onClick={onLock}>
          {t('action.lock')}
        </UnstyledButton>
      </div>
    </nav>
  );
}

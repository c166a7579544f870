/** What is asked for, in the reader's words. */
import { useTranslation } from 'react-i18next';
import type { RequestLine } from '../../src-shared/contract/requests.ts';
import { roleName } from '../app/role-name.ts';
import { useSession } from '../app/session.tsx';

/** One sentence: who is to become what. */
export function useRequestWords(): (request: Pick<RequestLine, 'subject' | 'user' | 'rolesNow'>) => string {
  const { t } = useTranslation('requests');
  const { t: app } = useTranslation('app');
  const { ownRoles } = useSession();
  return ({ subject, user, rolesNow }) => {
    const name = user ?? '';
    switch (subject.kind) {
      case 'roles': {
        const roles = subject.roles.map((role) => roleName(app, role, ownRoles)).join(', ');
        const becomes = subject.roles.includes('admin');
        const was = rolesNow.includes('admin');
        if (becomes && !was) return t('what.make-admin', { name, roles });
        if (was && !becomes) return t('what.take-admin', { name, roles });
        return t('what.roles', { name, roles });
      }
      case 'status':
        return t(`what.status.${subject.status}`, { name });
      case 'restore-access':
        return t('what.restore-access', { name });
      case 'export-all':
        return t('what.export-all');
    }
  };
}

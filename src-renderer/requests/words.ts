/** What is asked for, in the reader's words. */
import { useTranslation } from 'react-i18next';
import type { RequestLine } from '../../src-shared/contract/requests.ts';
import { isoDay } from '../../src-shared/fhir/dates.ts';
import { roleName } from '../app/role-name.ts';
import { useSession } from '../app/session.tsx';
import { useFormat } from '../ui/index.ts';

/** One sentence: who is to become what. */
export function useRequestWords(): (request: Pick<RequestLine, 'subject' | 'user'>) => string {
  const { t } = useTranslation('requests');
  const { t: app } = useTranslation('app');
  const format = useFormat();
  const { ownRoles } = useSession();
  return ({ subject, user }) => {
    const name = user ?? '';
    switch (subject.kind) {
      // Asked for is only what changes who is an admin.
      case 'roles': {
        const roles = subject.roles.map((role) => roleName(app, role, ownRoles)).join(', ');
        return t(subject.roles.includes('admin') ? 'what.make-admin' : 'what.take-admin', { name, roles });
      }
      case 'status':
        return t(`what.status.${subject.status}`, { name });
      case 'restore-access':
        return t('what.restore-access', { name });
      case 'export-all':
        return t('what.export-all');
      case 'erase-patient':
        return t('what.erase-patient', { name: user ?? subject.patientId });
      case 'audit-prune': {
        const { before, below, kept } = subject;
        const numbers = { before: format.date(isoDay(before)), below: format.number(below), kept: format.number(kept) };
        return t('what.audit-prune', numbers);
      }
    }
  };
}

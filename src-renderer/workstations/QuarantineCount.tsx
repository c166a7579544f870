import { useTranslation } from 'react-i18next';

/** What waits for an admin's decision, as a number in the rail. */
export function QuarantineCount({ count }: { readonly count: number }) {
  const { t } = useTranslation('workstations');
  if (count === 0) return null;
  return (
    <>
      <span className="ck-rail-count" aria-hidden="true">
        {count > 99 ? '99+' : count}
      </span>
      <span className="ck-hidden">{t('quarantine.waiting', { count })}</span>
    </>
  );
}

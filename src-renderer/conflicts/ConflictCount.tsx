import { useTranslation } from 'react-i18next';

/** How many wait, as a number in the rail. */
export function ConflictCount({ count }: { readonly count: number }) {
  const { t } = useTranslation('conflicts');
  if (count === 0) return null;
  return (
    <>
      <span className="ck-rail-count" aria-hidden="true">
        {count > 99 ? '99+' : count}
      </span>
      <span className="ck-hidden">{t('waiting', { count })}</span>
    </>
  );
}

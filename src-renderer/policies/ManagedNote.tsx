import { useTranslation } from 'react-i18next';
import { LockSign } from './LockSign.tsx';
import './policies.css';

type Why = 'setting' | 'pin' | 'no-export' | 'backend';

/** Why something is locked here, beside it. */
export function ManagedNote({ why = 'setting' }: { readonly why?: Why }) {
  const { t } = useTranslation('policies');
  return (
    <p className="ck-managed">
      <LockSign />
      <span>{t(`managed.${why}`)}</span>
    </p>
  );
}

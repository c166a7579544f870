import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';

/** What one may search by: core does not search by what this session sees masked. */
export function usePlaceholder(): string {
  const { t } = useTranslation('find');
  const can = useCan();
  return t(can('patient:identifiers') && can('patient:phone') ? 'placeholder' : 'placeholder-masked');
}

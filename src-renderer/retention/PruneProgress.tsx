import { useTranslation } from 'react-i18next';
import { type Moved, useFormat, WorkProgress } from '../ui/index.ts';

export function PruneProgress({ label, moved }: { readonly label: string; readonly moved: Moved }) {
  const { t } = useTranslation('retention');
  const format = useFormat();
  const { done, total } = moved;
  const text =
    total === 0 ? label : t('prune.progress', { label, done: format.number(done), total: format.number(total) });
  return <WorkProgress label={label} text={text} moved={moved} />;
}

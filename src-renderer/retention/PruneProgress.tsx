import { Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/index.ts';

type PruneProgressProps = {
  readonly label: string;
  readonly moved: { readonly done: number; readonly total: number };
};

export function PruneProgress({ label, moved: { done, total } }: PruneProgressProps) {
  const { t } = useTranslation('retention');
  const format = useFormat();
  return (
    <div role="status">
      <p className="ck-dim">
        {total === 0 ? label : t('prune.progress', { label, done: format.number(done), total: format.number(total) })}
      </p>
      <Progress
        value={total === 0 ? 100 : Math.min(100, (done / total) * 100)}
        animated={total === 0}
        aria-label={label}
      />
    </div>
  );
}

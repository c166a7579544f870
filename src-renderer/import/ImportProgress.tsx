import { Progress } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/index.ts';

/** `total` 0: core has not counted yet. */
export function ImportProgress({ done, total }: { readonly done: number; readonly total: number }) {
  const { t } = useTranslation('import');
  const format = useFormat();
  const percent = total === 0 ? 0 : Math.min(100, (done / total) * 100);
  return (
    <div>
      <p className="ck-import-progress">
        {total === 0
          ? t('progress.beginning')
          : t('progress.text', { done: format.number(done), total: format.number(total) })}
      </p>
      <Progress value={total === 0 ? 100 : percent} animated={total === 0} aria-label={t('progress.label')} size="md" />
      <p className="ck-dim ck-import-progress">{t('progress.free')}</p>
    </div>
  );
}

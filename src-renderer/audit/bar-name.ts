import { useTranslation } from 'react-i18next';
import type { AuditCounts } from '../../src-shared/contract/audit-filter.ts';
import { useFormat } from '../ui/index.ts';

type Times = Extract<AuditCounts, { by: 'time' }>;

/** What a bar of the plot over time is called: its day, its first and last day, or its month. */
export function useBarName(unit: Times['unit']): (bar: { readonly from: string; readonly to: string }) => string {
  const { t } = useTranslation('audit');
  const format = useFormat();
  return ({ from, to }) => {
    if (from === to) return format.date(from);
    if (unit === 'month') return format.date(from.slice(0, 7));
    return t('range.days', { from: format.date(from), to: format.date(to) });
  };
}

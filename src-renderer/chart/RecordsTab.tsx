import { NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card, EmptyState } from '../ui/index.ts';
import classes from './chart.module.css';
import { Line } from './Line.tsx';
import { LongList } from './LongList.tsx';
import type { Chart, Item } from './model/chart.ts';

/** Every record there is, of whatever type, those taken back too. */
export function RecordsTab({ chart, onOpen }: { readonly chart: Chart; readonly onOpen: (item: Item) => void }) {
  const { t } = useTranslation('chart');
  const [type, setType] = useState('');
  const types = useMemo(
    () => [...Map.groupBy(chart.all, (item) => item.row.type)].toSorted((a, b) => b[1].length - a[1].length),
    [chart],
  );
  const shown = useMemo(
    () => (type === '' ? chart.all : chart.all.filter((item) => item.row.type === type)),
    [chart, type],
  );
  return (
    <>
      <div className={classes.tabTools}>
        <NativeSelect
          aria-label={t('records.type')}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
          data={[
            { value: '', label: t('records.all', { count: chart.all.length }) },
            ...types.map(([value, items]) => ({
              value,
              label: `${t(`type.${value}`, { defaultValue: value })} (${items.length})`,
            })),
          ]}
        />
      </div>
      <Card label={t('tab.records')} flush>
        {shown.length === 0 ? (
          <EmptyState title={t('none.records')} />
        ) : (
          <LongList rows={shown} rowHeight={53} label={t('tab.records')} keyOf={(item) => item.row.id}>
            {(item) => <Line item={item} onOpen={onOpen} />}
          </LongList>
        )}
      </Card>
    </>
  );
}

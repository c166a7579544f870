import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AuditCounts, countsBy } from '../../src-shared/contract/audit-filter.ts';
import { useCan } from '../app/session.tsx';
import { Card, useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { useBarName } from './bar-name.ts';
import { CountTable } from './CountTable.tsx';
import type { Chosen } from './filter.ts';
import { type Rank, RankPlot } from './RankPlot.tsx';
import { TimePlot } from './TimePlot.tsx';
import { useAuditWords } from './words.ts';

type By = AuditCounts['by'];

type Props = {
  readonly by: By;
  readonly onBy: (by: By) => void;
  /** Null until they are counted; the last ones while others are. */
  readonly counts: AuditCounts | null;
  readonly failed: boolean;
  readonly chosen: Chosen;
  readonly onChange: (chosen: Chosen) => void;
};

/** The shape of what the filter lets through: over time, by person, by what was done; as bars or as a table. */
export function Plots({ by, onBy, counts, failed, chosen, onChange }: Props) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const can = useCan();
  const [asTable, setAsTable] = useState(false);
  const offered = countsBy.filter((each) => each !== 'people' || can('audit:read'));
  return (
    <Card label={t('plot.label')}>
      <div className={classes.plotHead}>
        <SegmentedControl
          size="xs"
          aria-label={t('plot.label')}
          value={by}
          onChange={(value) => onBy(countsBy.find((each) => each === value) ?? 'time')}
          data={offered.map((each) => ({ value: each, label: t(`plot.view.${each}`) }))}
        />
        {counts?.by === 'time' && counts.outside > 0 && (
          <span className={classes.soft}>
            {t('plot.outside', { count: counts.outside, total: format.number(counts.outside) })}
          </span>
        )}
        <button type="button" className={classes.clear} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'plot.asBars' : 'plot.asTable')}
        </button>
      </div>
      {failed ? (
        <p className={classes.soft} role="status">
          {t('plot.failed')}
        </p>
      ) : counts === null ? (
        <div className={classes.plotEmpty} />
      ) : counts.by === 'time' ? (
        <Times counts={counts} asTable={asTable} chosen={chosen} onChange={onChange} />
      ) : (
        <Ranks counts={counts} asTable={asTable} chosen={chosen} onChange={onChange} />
      )}
    </Card>
  );
}

type Plot<B extends By> = Pick<Props, 'chosen' | 'onChange'> & {
  readonly counts: Extract<AuditCounts, { by: B }>;
  readonly asTable: boolean;
};

function Times({ counts, asTable, chosen, onChange }: Plot<'time'>) {
  const { t } = useTranslation('audit');
  const { unit, times } = counts;
  const nameOf = useBarName(unit);
  if (asTable) {
    const rows = times.map((bar) => ({ key: bar.from, name: nameOf(bar), count: bar.count })).reverse();
    const columns = [t(`plot.unit.${unit}`), t('plot.entries')] as const;
    return <CountTable label={t(`plot.over.${unit}`)} columns={columns} rows={rows} />;
  }
  return (
    <TimePlot
      times={times}
      unit={unit}
      chosen={chosen.range.kind === 'days' ? chosen.range : null}
      onChoose={({ from, to }) => onChange({ ...chosen, range: { kind: 'days', from, to } })}
    />
  );
}

function Ranks({ counts, asTable, chosen, onChange }: Plot<'people' | 'events'>) {
  const { t } = useTranslation('audit');
  const words = useAuditWords();
  const label = t(`plot.by.${counts.by}`);
  const ranks: Rank[] =
    counts.by === 'people'
      ? counts.people.map(({ id, name, count }) => ({
          key: id,
          name,
          count,
          chosen: chosen.person?.id === id,
          choose: () => onChange({ ...chosen, person: { id, name } }),
        }))
      : counts.events.map(({ event, count }) => ({
          key: event,
          name: words.event(event),
          count,
          chosen: chosen.text === event,
          choose: () => onChange({ ...chosen, text: event }),
        }));
  if (counts.by === 'people' && counts.nobody > 0) {
    ranks.push({ key: '', name: t('nobody'), count: counts.nobody, chosen: false, choose: null });
    ranks.sort((one, other) => other.count - one.count);
  }
  if (asTable) {
    return <CountTable label={label} columns={[t(`plot.unit.${counts.by}`), t('plot.entries')]} rows={ranks} />;
  }
  return <RankPlot label={label} ranks={ranks} />;
}

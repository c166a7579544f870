import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditCounts } from '../../src-shared/contract/audit-filter.ts';
import { useCan } from '../app/session.tsx';
import { Card, useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { useBarName } from './bar-name.ts';
import { CountTable } from './CountTable.tsx';
import type { Chosen } from './filter.ts';
import { type Rank, RankPlot } from './RankPlot.tsx';
import { TimePlot } from './TimePlot.tsx';
import { useAuditWords } from './words.ts';

const views = ['time', 'people', 'events'] as const;
type View = (typeof views)[number];

type Props = {
  /** Null until they are counted. */
  readonly counts: AuditCounts | null;
  readonly chosen: Chosen;
  readonly onChange: (chosen: Chosen) => void;
};

/** The shape of what the filter lets through: over time, by person, by what was done; as bars or as a table. */
export function Plots({ counts, chosen, onChange }: Props) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const can = useCan();
  const [view, setView] = useState<View>('time');
  const [asTable, setAsTable] = useState(false);
  const offered = views.filter((each) => each !== 'people' || can('audit:read'));
  return (
    <Card label={t('plot.label')}>
      <div className={classes.plotHead}>
        <SegmentedControl
          size="xs"
          aria-label={t('plot.label')}
          value={view}
          onChange={(value) => setView(views.find((each) => each === value) ?? 'time')}
          data={offered.map((each) => ({ value: each, label: t(`plot.view.${each}`) }))}
        />
        {counts !== null && counts.outside > 0 && view === 'time' && (
          <span className={classes.soft}>
            {t('plot.outside', { count: counts.outside, total: format.number(counts.outside) })}
          </span>
        )}
        <button type="button" className={classes.clear} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'plot.asBars' : 'plot.asTable')}
        </button>
      </div>
      {counts === null ? (
        <div className={classes.plotEmpty} />
      ) : (
        <Plot view={view} asTable={asTable} counts={counts} chosen={chosen} onChange={onChange} />
      )}
    </Card>
  );
}

type PlotProps = Omit<Props, 'counts'> & {
  readonly view: View;
  readonly asTable: boolean;
  readonly counts: AuditCounts;
};

function Plot({ view, asTable, counts, chosen, onChange }: PlotProps) {
  const { t } = useTranslation('audit');
  const nameOf = useBarName(counts.unit);
  const ranks = useRanks(counts, chosen, onChange);
  if (view === 'time') {
    const label = t(`plot.over.${counts.unit}`);
    if (asTable) {
      const rows = counts.times.map((bar) => ({ key: bar.from, name: nameOf(bar), count: bar.count })).reverse();
      return <CountTable label={label} columns={[t(`plot.unit.${counts.unit}`), t('plot.entries')]} rows={rows} />;
    }
    return (
      <TimePlot
        times={counts.times}
        unit={counts.unit}
        chosen={chosen.range.kind === 'days' ? chosen.range : null}
        onChoose={({ from, to }) => onChange({ ...chosen, range: { kind: 'days', from, to } })}
      />
    );
  }
  const label = t(`plot.by.${view}`);
  if (asTable) {
    return <CountTable label={label} columns={[t(`plot.unit.${view}`), t('plot.entries')]} rows={ranks[view]} />;
  }
  return <RankPlot label={label} ranks={ranks[view]} />;
}

function useRanks(
  counts: AuditCounts,
  chosen: Chosen,
  onChange: (chosen: Chosen) => void,
): { readonly people: readonly Rank[]; readonly events: readonly Rank[] } {
  const { t } = useTranslation('audit');
  const words = useAuditWords();
  const people: Rank[] = counts.people.map(({ id, name, count }) => ({
    key: id,
    name,
    count,
    chosen: chosen.person?.id === id,
    choose: () => onChange({ ...chosen, person: { id, name } }),
  }));
  const nobody: Rank = { key: '', name: t('nobody'), count: counts.nobody, chosen: false, choose: null };
  const events = counts.events.map(({ event, count }) => ({
    key: event,
    name: words.event(event),
    count,
    chosen: chosen.text === event,
    choose: () => onChange({ ...chosen, text: event }),
  }));
  return { people: counts.nobody > 0 ? [...people, nobody] : people, events };
}

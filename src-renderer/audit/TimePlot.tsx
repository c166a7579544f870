import { type KeyboardEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditCounts } from '../../src-shared/contract/audit-filter.ts';
import { useFormat } from '../ui/index.ts';
import classes from './audit.module.css';
import { useBarName } from './bar-name.ts';

type Times = Extract<AuditCounts, { by: 'time' }>;
type Bar = Times['times'][number];
type Props = {
  readonly times: readonly Bar[];
  readonly unit: Times['unit'];
  readonly chosen: { readonly from: string; readonly to: string } | null;
  readonly onChoose: (bar: Bar) => void;
};

/** Entries per day, week or month as quiet bars. One tab stop; arrows walk the bars, Enter shows that time only. */
export function TimePlot({ times, unit, chosen, onChoose }: Props) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const nameOf = useBarName(unit);
  const bars = useRef<(HTMLButtonElement | null)[]>([]);
  const highest = Math.max(1, ...times.map(({ count }) => count));
  const isChosen = ({ from, to }: Bar) => chosen !== null && from >= chosen.from && to <= chosen.to;
  const chosenAt = times.findIndex(isChosen);
  const stop = chosenAt >= 0 ? chosenAt : times.length - 1;

  const walk = (event: KeyboardEvent, index: number) => {
    const steps: Record<string, number> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      Home: 0,
      End: times.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    bars.current[Math.max(0, Math.min(times.length - 1, next))]?.focus();
  };

  return (
    <div>
      <fieldset className={classes.plot} data-many={times.length > 45 || undefined} aria-label={t(`plot.over.${unit}`)}>
        {times.map((bar, index) => {
          const says = t('plot.bar', { name: nameOf(bar), count: bar.count, total: format.number(bar.count) });
          return (
            <button
              key={bar.from}
              ref={(element) => {
                bars.current[index] = element;
              }}
              type="button"
              className={classes.bar}
              tabIndex={index === stop ? 0 : -1}
              aria-pressed={isChosen(bar)}
              aria-label={says}
              title={says}
              data-last={index === times.length - 1 || undefined}
              onClick={() => onChoose(bar)}
              onKeyDown={(event) => walk(event, index)}
            >
              <span style={{ height: `${bar.count === 0 ? 0 : Math.max(4, (bar.count / highest) * 100)}%` }} />
            </button>
          );
        })}
      </fieldset>
      <div className={classes.plotEnds} aria-hidden="true">
        <span>{format.date(times[0]?.from ?? '')}</span>
        <span>{t('plot.highest', { count: highest, total: format.number(highest) })}</span>
        <span>{format.date(times.at(-1)?.to ?? '')}</span>
      </div>
    </div>
  );
}

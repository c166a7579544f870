import { type KeyboardEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './audit.module.css';

type Day = { readonly day: string; readonly count: number };
type Props = {
  readonly days: readonly Day[];
  readonly chosen: { readonly from: string; readonly to: string } | null;
  readonly dayName: (iso: string) => string;
  readonly onChoose: (day: string) => void;
};

/** Entries per day as quiet bars. One tab stop; arrows walk the days, Enter shows that day only. */
export function DayPlot({ days, chosen, dayName, onChoose }: Props) {
  const { t } = useTranslation('audit');
  const bars = useRef<(HTMLButtonElement | null)[]>([]);
  const highest = Math.max(1, ...days.map((day) => day.count));
  const isChosen = (day: string) => chosen !== null && day >= chosen.from && day <= chosen.to;
  const chosenAt = days.findIndex(({ day }) => isChosen(day));
  const stop = chosenAt >= 0 ? chosenAt : days.length - 1;

  const walk = (event: KeyboardEvent, index: number) => {
    const steps: Record<string, number> = {
      ArrowLeft: index - 1,
      ArrowRight: index + 1,
      Home: 0,
      End: days.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    bars.current[Math.max(0, Math.min(days.length - 1, next))]?.focus();
  };

  return (
    <fieldset className={classes.plot} aria-label={t('plot.label')}>
      {days.map(({ day, count }, index) => (
        <button
          key={day}
          ref={(bar) => {
            bars.current[index] = bar;
          }}
          type="button"
          className={classes.bar}
          tabIndex={index === stop ? 0 : -1}
          aria-pressed={isChosen(day)}
          aria-label={t('plot.day', { day: dayName(day), count })}
          title={t('plot.day', { day: dayName(day), count })}
          data-last={index === days.length - 1 || undefined}
          onClick={() => onChoose(day)}
          onKeyDown={(event) => walk(event, index)}
        >
          <span style={{ height: `${count === 0 ? 0 : Math.max(4, (count / highest) * 100)}%` }} />
        </button>
      ))}
    </fieldset>
  );
}

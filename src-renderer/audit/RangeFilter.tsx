import { Button, Popover } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DateField } from '../patient/DateField.tsx';
import classes from './audit.module.css';
import type { Range, RangeName } from './filter.ts';

type Props = {
  readonly name: string;
  readonly range: Range;
  readonly names: readonly RangeName[];
  readonly onChange: (range: Range) => void;
};

/** The time that is looked at: one of the usual spans, or days typed in. */
export function RangeFilter({ name, range, names, onChange }: Props) {
  const { t } = useTranslation('audit');
  const [opened, setOpened] = useState(false);
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const take = (next: Range) => {
    onChange(next);
    setOpened(false);
  };
  const ready = from !== null && from.length === 10 && (to === null || (to.length === 10 && to >= from));
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.chip}
          data-set={range.kind === 'days' || range.name !== 'month' || undefined}
          onClick={() => setOpened(!opened)}
        >
          {name}
        </button>
      </Popover.Target>
      <Popover.Dropdown className={classes.popover} aria-label={t('range.label')}>
        {names.map((each) => (
          <button
            key={each}
            type="button"
            className={classes.option}
            aria-pressed={range.kind === 'last' && range.name === each}
            onClick={() => take({ kind: 'last', name: each })}
          >
            {t(`range.${each}`)}
          </button>
        ))}
        <form
          className={classes.days}
          onSubmit={(event) => {
            event.preventDefault();
            if (ready && from !== null) take({ kind: 'days', from, to: to ?? from });
          }}
        >
          <DateField label={t('range.from')} value={from} onChange={setFrom} precision="day" />
          <DateField label={t('range.to')} value={to} onChange={setTo} precision="day" />
          <Button type="submit" variant="default" disabled={!ready}>
            {t('range.show')}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

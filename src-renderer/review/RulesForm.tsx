import { Button, Checkbox, Group, NumberInput, Stack, Switch, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ReviewRules, reviewRules } from '../../src-shared/contract/reviews.ts';
import { useAction } from '../client.ts';
import { FormError, notifyDone } from '../ui/index.ts';
import classes from './review.module.css';
import { useWeekdays } from './weekdays.ts';

type RuleName = 'many-charts' | 'outside-hours' | 'same-name' | 'same-address' | 'denials';

/** Thresholds as numbers while they are typed: an empty field is none. */
type Typed = { readonly charts: number | string; readonly denials: number | string };

const whole = (value: number | string): number => (typeof value === 'number' ? value : Number.NaN);

export function RulesForm({ rules }: { readonly rules: ReviewRules }) {
  const { t } = useTranslation('review');
  const { t: app } = useTranslation('app');
  const [next, setNext] = useState(rules);
  const [typed, setTyped] = useState<Typed>({ charts: rules.manyCharts.charts, denials: rules.denials.count });
  const save = useAction('reviews.setRules', { stale: ['reviews.rules'] });
  const asked = {
    ...next,
    manyCharts: { ...next.manyCharts, charts: whole(typed.charts) },
    denials: { ...next.denials, count: whole(typed.denials) },
  };
  const parsed = reviewRules.safeParse(asked);
  const wrong = new Set(parsed.error?.issues.map(({ path }) => path.join('.')));
  const changed = JSON.stringify(asked) !== JSON.stringify(rules);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!parsed.success) return;
    try {
      await save.mutateAsync(parsed.data);
      notifyDone(t('rules.saved'));
    } catch {
      // shown by the form: save.error
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={0}>
        <p className={classes.rulesText}>{t('rules.text')}</p>
        <Rule
          name="many-charts"
          on={next.manyCharts.on}
          onSwitch={(on) => setNext({ ...next, manyCharts: { ...next.manyCharts, on } })}
        >
          <NumberInput
            label={t('rules.many-charts.label')}
            value={typed.charts}
            onChange={(charts) => setTyped({ ...typed, charts })}
            min={3}
            max={500}
            allowDecimal={false}
            clampBehavior="none"
            hideControls
            error={wrong.has('manyCharts.charts') ? t('rules.number', { from: 3, to: 500 }) : undefined}
            className={classes.number}
          />
        </Rule>
        <Rule
          name="outside-hours"
          on={next.outsideHours.on}
          onSwitch={(on) => setNext({ ...next, outsideHours: { ...next.outsideHours, on } })}
        >
          <Hours
            hours={next.outsideHours}
            wrong={wrong}
            onChange={(outsideHours) => setNext({ ...next, outsideHours })}
          />
        </Rule>
        <Rule name="same-name" on={next.sameName.on} onSwitch={(on) => setNext({ ...next, sameName: { on } })} />
        <Rule
          name="same-address"
          on={next.sameAddress.on}
          onSwitch={(on) => setNext({ ...next, sameAddress: { on } })}
        />
        <Rule
          name="denials"
          on={next.denials.on}
          onSwitch={(on) => setNext({ ...next, denials: { ...next.denials, on } })}
        >
          <NumberInput
            label={t('rules.denials.label')}
            value={typed.denials}
            onChange={(denials) => setTyped({ ...typed, denials })}
            min={2}
            max={100}
            allowDecimal={false}
            clampBehavior="none"
            hideControls
            error={wrong.has('denials.count') ? t('rules.number', { from: 2, to: 100 }) : undefined}
            className={classes.number}
          />
        </Rule>
        <FormError error={save.error} />
        <Group mt={14}>
          <Button type="submit" loading={save.isPending} disabled={!parsed.success || !changed}>
            {app('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type RuleProps = {
  readonly name: RuleName;
  readonly on: boolean;
  readonly onSwitch: (on: boolean) => void;
  readonly children?: ReactNode;
};

function Rule({ name, on, onSwitch, children }: RuleProps) {
  const { t } = useTranslation('review');
  return (
    <div className={classes.rule}>
      <Switch
        checked={on}
        onChange={(event) => onSwitch(event.currentTarget.checked)}
        label={t(`kind.${name}`)}
        description={t(`rules.${name}.text`)}
      />
      {on && children !== undefined && <div className={classes.ruleFields}>{children}</div>}
    </div>
  );
}

/** 6:00 is 06:00. */
const padded = (time: string) => (/^\d:\d\d$/.test(time) ? `0${time}` : time);

type HoursProps = {
  readonly hours: ReviewRules['outsideHours'];
  readonly wrong: ReadonlySet<string>;
  readonly onChange: (hours: ReviewRules['outsideHours']) => void;
};

function Hours({ hours, wrong, onChange }: HoursProps) {
  const { t } = useTranslation('review');
  const weekdays = useWeekdays();
  return (
    <Stack gap={10}>
      <Checkbox.Group
        label={t('rules.outside-hours.days')}
        value={hours.days.map(String)}
        onChange={(days) => onChange({ ...hours, days: days.map(Number).sort() })}
      >
        <div className={classes.days}>
          {weekdays.map(({ day, short, long }) => (
            <Checkbox key={day} value={String(day)} label={short} aria-label={long} />
          ))}
        </div>
      </Checkbox.Group>
      <Group gap={12} align="flex-start">
        {(['from', 'to'] as const).map((end) => (
          <TextInput
            key={end}
            label={t(`rules.outside-hours.${end}`)}
            value={hours[end]}
            onChange={(event) => onChange({ ...hours, [end]: event.currentTarget.value })}
            onBlur={() => onChange({ ...hours, [end]: padded(hours[end]) })}
            maxLength={5}
            error={wrong.has(`outsideHours.${end}`) ? t('rules.outside-hours.rule') : undefined}
            className={classes.time}
          />
        ))}
      </Group>
    </Stack>
  );
}

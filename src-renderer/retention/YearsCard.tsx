import { Button, Group, NumberInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import { fewestYears, mostYears } from '../../src-shared/contract/retention-years.ts';
import { useCan } from '../app/session.tsx';
import { useAction } from '../client.ts';
import { countryName } from '../start/setup/countries.ts';
import { Card, FormError, notifyDone } from '../ui/index.ts';

type Retention = Output<'retention.get'>;

/** Years, what is usual in the clinic's country, and why. */
export function YearsCard({ retention }: { readonly retention: Retention }) {
  const { t, i18n } = useTranslation('retention');
  const can = useCan();
  const { usual, years, country, chosen } = retention;
  const where = country === '' ? '' : countryName(country, i18n.language);
  return (
    <Card title={t('years.title')}>
      <Stack gap={10}>
        <p className="ck-retention-years">{t('years.now', { count: years ?? usual.years })}</p>
        <p className="ck-dim">
          {usual.source === null
            ? t('years.unknown', { count: usual.years, country: where })
            : t('years.usual', { count: usual.years, country: where, source: usual.source })}
        </p>
        <p className="ck-dim">{t('years.advice', { count: fewestYears })}</p>
        {can('settings:write') && years !== null && (
          <YearsForm key={`${years} ${chosen}`} years={years} usual={usual.years} chosen={chosen} />
        )}
      </Stack>
    </Card>
  );
}

type FormProps = { readonly years: number; readonly usual: number; readonly chosen: boolean };

function YearsForm({ years, usual, chosen }: FormProps) {
  const { t } = useTranslation('retention');
  const { t: app } = useTranslation('app');
  const [value, setValue] = useState<number | string>(years);
  const change = useAction('retention.set', { stale: ['retention.get'] });
  const valid = typeof value === 'number' && Number.isInteger(value) && value >= fewestYears && value <= mostYears;
  const set = async (next: number | null) => {
    try {
      await change.mutateAsync({ years: next });
      notifyDone(t('years.saved'));
    } catch {
      // shown by the form: change.error
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (valid) await set(value);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={10}>
        <NumberInput
          label={t('years.label')}
          value={value}
          onChange={setValue}
          min={fewestYears}
          max={mostYears}
          allowDecimal={false}
          clampBehavior="none"
          error={valid ? undefined : t('years.rule', { from: fewestYears, to: mostYears })}
          className="ck-retention-number"
          hideControls
        />
        <FormError error={change.error} />
        <Group gap={10}>
          <Button type="submit" loading={change.isPending} disabled={!valid || value === years}>
            {app('action.save')}
          </Button>
          {chosen && (
            <Button variant="default" disabled={change.isPending} onClick={() => void set(null)}>
              {t('years.back', { count: usual })}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

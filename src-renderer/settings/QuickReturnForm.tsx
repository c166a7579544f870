import { Button, Group, NumberInput, Stack, Switch } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { ManagedNote } from '../policies/index.ts';
import { FormError, notifyDone } from '../ui/index.ts';

type QuickReturnFormProps = { readonly allowed: boolean; readonly minutes: number };

/** Where a policy of the machine forbids a PIN. */
export function ManagedQuickReturn() {
  const { t } = useTranslation('settings');
  return (
    <Stack gap={12}>
      <p>{t('quick.text')}</p>
      <Switch label={t('quick.allow')} checked={false} disabled />
      <ManagedNote why="pin" />
    </Stack>
  );
}

/** Whether a PIN may bring a session back, and for how long: 1 to 15 minutes. */
export function QuickReturnForm({ allowed, minutes }: QuickReturnFormProps) {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const [on, setOn] = useState(allowed);
  const [value, setValue] = useState<number | string>(minutes);
  const change = useAction('settings.set', { stale: ['settings', 'sessions.current'] });
  const valid = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 15;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    try {
      await change.mutateAsync({ pinAllowed: on, veilMinutes: value });
      notifyDone(t('saved'));
    } catch {
      // shown by the form: change.error
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12}>
        <p>{t('quick.text')}</p>
        <Switch label={t('quick.allow')} checked={on} onChange={(event) => setOn(event.currentTarget.checked)} />
        <NumberInput
          label={t('quick.label')}
          value={value}
          onChange={setValue}
          min={1}
          max={15}
          allowDecimal={false}
          clampBehavior="none"
          disabled={!on}
          error={valid ? undefined : t('quick.rule')}
          className="ck-narrow"
          hideControls
        />
        <FormError error={change.error} />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!valid || (on === allowed && value === minutes)}>
            {app('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Button, Group, NumberInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { LockSign, ManagedNote } from '../policies/index.ts';
import { FormError, notifyDone } from '../ui/index.ts';

/** What a policy of the machine decides: the number is there to read, and why it cannot be changed. */
export function ManagedIdle({ minutes }: { readonly minutes: number }) {
  const { t } = useTranslation('settings');
  return (
    <Stack gap={12}>
      <p>{t('idle.text')}</p>
      <NumberInput
        label={t('idle.label')}
        value={minutes}
        readOnly
        className="ck-narrow"
        hideControls
        rightSection={<LockSign />}
      />
      <ManagedNote />
    </Stack>
  );
}

/** Minutes without key or pointer after which a workstation locks: 1 to 60. */
export function IdleForm({ minutes }: { readonly minutes: number }) {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const [value, setValue] = useState<number | string>(minutes);
  const change = useAction('settings.set', { stale: ['settings', 'sessions.current'] });
  const valid = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 60;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    try {
      await change.mutateAsync({ idleMinutes: value });
      notifyDone(t('saved'));
    } catch {
      // shown by the form: change.error
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12}>
        <p>{t('idle.text')}</p>
        <NumberInput
          label={t('idle.label')}
          value={value}
          onChange={setValue}
          min={1}
          max={60}
          allowDecimal={false}
          clampBehavior="none"
          error={valid ? undefined : t('idle.rule')}
          className="ck-narrow"
          hideControls
        />
        <FormError error={change.error} />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!valid || value === minutes}>
            {app('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

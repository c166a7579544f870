import { Button, Group, NumberInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { FormError, notifyDone } from '../ui/index.ts';

/** Days without contact after which only admins sign in at a workstation: 7 to 365. */
export function UnseenForm({ days }: { readonly days: number }) {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const [value, setValue] = useState<number | string>(days);
  const change = useAction('settings.set', { stale: ['settings', 'devices'] });
  const valid = typeof value === 'number' && Number.isInteger(value) && value >= 7 && value <= 365;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    try {
      await change.mutateAsync({ unseenDays: value });
      notifyDone(t('saved'));
    } catch {
      // shown by the form: change.error
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12}>
        <p>{t('unseen.text')}</p>
        <NumberInput
          label={t('unseen.label')}
          value={value}
          onChange={setValue}
          min={7}
          max={365}
          allowDecimal={false}
          clampBehavior="none"
          error={valid ? undefined : t('unseen.rule')}
          className="ck-narrow"
          hideControls
        />
        <FormError error={change.error} />
        <Group>
          <Button type="submit" loading={change.isPending} disabled={!valid || value === days}>
            {app('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import { Stack, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAction } from '../client.ts';
import { announce, FormError } from '../ui/index.ts';

/** Whether admins must sign in with a second factor. Takes effect at each admin's next sign-in. */
export function SignInRules({ adminSecondFactor }: { readonly adminSecondFactor: boolean }) {
  const { t } = useTranslation('settings');
  const change = useAction('users.setPolicy', { stale: ['settings', 'sessions.account'] });
  // the choice shows at once; core's answer follows
  const shown = change.isPending ? change.variables.adminSecondFactor : adminSecondFactor;
  return (
    <Stack gap={12}>
      <p>{t('rules.text')}</p>
      <Switch
        label={t('rules.admins')}
        checked={shown}
        onChange={(event) =>
          change.mutate({ adminSecondFactor: event.currentTarget.checked }, { onSuccess: () => announce(t('saved')) })
        }
      />
      <FormError error={change.error} />
    </Stack>
  );
}

import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAction, useProcedure } from '../client.ts';
import { useErrorText } from '../ui/error-text.ts';
import { notifyAlarm } from '../ui/notify.ts';

/** The clinic's own help page, in the browser: only where a policy of the machine names one. */
export function HelpButton({ className }: { readonly className: string }) {
  const { t } = useTranslation('policies');
  const text = useErrorText();
  const status = useProcedure('app.status', {}, { staleTime: Number.POSITIVE_INFINITY });
  const open = useAction('app.openHelp');
  if (status.data?.help !== true) return null;
  return (
    <UnstyledButton
      className={className}
      onClick={() => open.mutate({}, { onError: (error) => notifyAlarm(text(error)) })}
    >
      {t('help')} <span aria-hidden="true">↗</span>
    </UnstyledButton>
  );
}

import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import type { PrunePlan } from '../../src-shared/contract/retention.ts';
import { useCan } from '../app/session.tsx';
import { useAction } from '../client.ts';
import { Card, FormError, notifyDone, useMoved } from '../ui/index.ts';
import { PlanInWords } from './PlanInWords.tsx';
import { PruneDialog } from './PruneDialog.tsx';
import { PruneProgress } from './PruneProgress.tsx';

/** What could go now, looked at when asked for: a long log takes a while. Then a second admin is asked. */
export function PruneCard({ retention }: { readonly retention: Output<'retention.get'> }) {
  const { t } = useTranslation('retention');
  const can = useCan();
  const { moved, restart } = useMoved('prune');
  const look = useAction('retention.preview');
  const ask = useAction('requests.ask', { stale: ['requests'] });
  const [alone, setAlone] = useState<string | null>(null);
  const plan = look.data;
  const start = () => {
    restart();
    ask.reset();
    look.mutate({});
  };
  const send = async ({ before, below, kept, keptDigest }: PrunePlan) => {
    const subject = { kind: 'audit-prune' as const, deviceId: retention.deviceId, before, below, kept, keptDigest };
    try {
      const { needed } = await ask.mutateAsync({ subject });
      if (needed) notifyDone(t('prune.asked'));
      else setAlone(keptDigest);
    } catch {
      // shown below: ask.error
    }
  };
  const usable = plan !== undefined && plan.below > 0 && !plan.onHold;
  return (
    <Card title={t('prune.title')}>
      <Stack gap={12}>
        <p>{t('prune.text')}</p>
        {look.isPending && <PruneProgress label={t('prune.looking')} moved={moved} />}
        {plan !== undefined && !look.isPending && (
          <PlanInWords plan={plan} years={retention.years ?? retention.usual.years} />
        )}
        <FormError error={look.error ?? ask.error} />
        {ask.data?.needed === true && (
          <p className="ck-good-text" role="status">
            ✓ {t('prune.asked-text')}
          </p>
        )}
        <Group gap={10}>
          <Button {...(usable ? { variant: 'default' } : {})} onClick={start} disabled={look.isPending}>
            {t(plan === undefined ? 'prune.look' : 'prune.look-again')}
          </Button>
          {usable && can('request:sign') && ask.data?.needed !== true && (
            <Button loading={ask.isPending} onClick={() => void send(plan)}>
              {t('prune.ask')}
            </Button>
          )}
        </Group>
      </Stack>
      {alone !== null && (
        <PruneDialog
          agreed={{ keptDigest: alone }}
          onDone={() => look.reset()}
          onClose={() => {
            setAlone(null);
            ask.reset();
          }}
        />
      )}
    </Card>
  );
}

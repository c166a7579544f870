import { Button, Group, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SyncStanding } from '../../src-shared/contract/sync.ts';
import { useGo } from '../app/navigation.ts';
import { useCan } from '../app/session.tsx';
import { useAction } from '../client.ts';
import { FormError, useFormat } from '../ui/index.ts';

type Props = { readonly standing: SyncStanding; readonly text: string; readonly onLeave: () => void };

/** What stands behind the sign: last contact, what waits, what somebody has to settle; and another try. */
export function SyncDetails({ standing, text, onLeave }: Props) {
  const { t } = useTranslation('sync');
  const format = useFormat();
  const can = useCan();
  const go = useGo();
  const now = useAction('sync.now', { stale: ['sync.status'] });
  const { state, problem, lastContact, waiting, behind, conflicts, quarantined } = standing;
  const maySettle = can('chart:write') || can('patient:write');
  return (
    <div className="ck-sync-details">
      <h2>{text}</h2>
      {problem !== null ? (
        <div className="ck-sync-problem">
          <p>
            <span aria-hidden="true">▲ </span>
            {t(`problem.${problem}.what`)}
          </p>
          <p>{t(`problem.${problem}.do`)}</p>
        </div>
      ) : (
        state === 'offline' && <p className="ck-dim">{t('offline')}</p>
      )}
      <dl className="ck-sync-facts">
        <dt>{t('last-contact')}</dt>
        <dd>{lastContact === null ? t('never') : format.ago(lastContact, Date.now())}</dd>
        <dt>{t('waiting')}</dt>
        <dd>{t('changes', { count: waiting, number: format.number(waiting) })}</dd>
        {behind > 0 && (
          <>
            <dt>{t('behind')}</dt>
            <dd>{t('parcels', { count: behind, number: format.number(behind) })}</dd>
          </>
        )}
        <dt>{t('conflicts')}</dt>
        <dd>
          {conflicts > 0 && maySettle ? (
            <UnstyledButton
              className="ck-sync-link"
              onClick={() => {
                onLeave();
                go.conflicts(null);
              }}
            >
              {t('to-settle', { count: conflicts, number: format.number(conflicts) })}
            </UnstyledButton>
          ) : (
            t('to-settle', { count: conflicts, number: format.number(conflicts) })
          )}
        </dd>
        {quarantined > 0 && can('user:write') && (
          <>
            <dt>{t('quarantined')}</dt>
            <dd>
              <UnstyledButton
                className="ck-sync-link"
                onClick={() => {
                  onLeave();
                  go.page('workstations');
                }}
              >
                {t('to-decide', { count: quarantined, number: format.number(quarantined) })}
              </UnstyledButton>
            </dd>
          </>
        )}
      </dl>
      <FormError error={now.error} />
      <Group justify="flex-end">
        <Button
          variant="default"
          size="xs"
          aria-busy={now.isPending}
          data-autofocus
          onClick={() => {
            if (!now.isPending) now.mutate({});
          }}
        >
          {t('now')}
        </Button>
      </Group>
    </div>
  );
}

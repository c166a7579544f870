import { Button, Group } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuarantineItem } from '../../src-shared/contract/sync.ts';
import { useAction, useProcedure, useRefresh } from '../client.ts';
import { Card, ConfirmDialog, DateText, ErrorState, LoadingSkeleton, notifyDone, useFormat } from '../ui/index.ts';

type Decision = 'accept' | 'drop';

/** Changes by people and workstations that were removed: an admin lets them in or drops them. */
export function QuarantineCard({ count }: { readonly count: number }) {
  const { t } = useTranslation('workstations');
  const refresh = useRefresh();
  const [open, setOpen] = useState<{ readonly item: QuarantineItem; readonly decision: Decision } | null>(null);
  const list = useProcedure('sync.quarantined', {});
  const decide = useAction('sync.decide', { stale: ['sync'] });
  const known = useRef(count);
  useEffect(() => {
    if (count !== known.current) void refresh(['sync.quarantined']);
    known.current = count;
  }, [count, refresh]);
  return (
    <Card flush title={t('quarantine.title')}>
      {list.isPending ? (
        <div className="ck-workstations-loading">
          <LoadingSkeleton rows={2} rowHeight={56} />
        </div>
      ) : list.error !== null ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <>
          <p className="ck-dim ck-quarantine-text">{t('quarantine.text')}</p>
          <ul className="ck-rows">
            {list.data.items.map((item) => (
              <Line key={item.id} item={item} onDecide={(decision) => setOpen({ item, decision })} />
            ))}
          </ul>
        </>
      )}
      {open !== null && (
        <ConfirmDialog
          opened
          danger={open.decision === 'drop'}
          title={t(`quarantine.${open.decision}.title`)}
          confirmLabel={t(`quarantine.${open.decision}.confirm`)}
          onConfirm={async () => {
            await decide.mutateAsync({ id: open.item.id, decision: open.decision });
            notifyDone(t(`quarantine.${open.decision}.done`));
          }}
          onClose={() => setOpen(null)}
        >
          <p>{t(`quarantine.${open.decision}.text`)}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

type LineProps = { readonly item: QuarantineItem; readonly onDecide: (decision: Decision) => void };

function Line({ item, onDecide }: LineProps) {
  const { t } = useTranslation('workstations');
  const format = useFormat();
  const { user, device, changes, patients, from, to, reason } = item;
  const who = user ?? t('quarantine.whole');
  return (
    <li className="ck-quarantine">
      <div className="ck-quarantine-what">
        <p>
          <strong>
            <bdi>{who}</bdi>
          </strong>{' '}
          · <bdi>{device}</bdi>
        </p>
        {changes > 0 && (
          <p>
            {t('quarantine.changes', { count: changes, number: format.number(changes) })}{' '}
            {t('quarantine.patients', { count: patients, number: format.number(patients) })}
            {from !== null && to !== null && (
              <span className="ck-dim">
                {' '}
                · <DateText at={from} /> – <DateText at={to} />
              </span>
            )}
          </p>
        )}
        <p className="ck-dim">{t(`quarantine.reason.${reason}`)}</p>
      </div>
      <Group gap="sm" wrap="nowrap">
        <Button
          variant="default"
          aria-label={t('quarantine.drop.label', { who, device })}
          onClick={() => onDecide('drop')}
        >
          {t('quarantine.drop.open')}
        </Button>
        {reason !== 'unreadable' && (
          <Button aria-label={t('quarantine.accept.label', { who, device })} onClick={() => onDecide('accept')}>
            {t('quarantine.accept.open')}
          </Button>
        )}
      </Group>
    </li>
  );
}

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Hold } from '../../src-shared/contract/retention.ts';
import { useCan } from '../app/session.tsx';
import { useAction, useProcedure } from '../client.ts';
import {
  Card,
  Chip,
  ConfirmDialog,
  DateText,
  EmptyState,
  ErrorState,
  LoadingSkeleton,
  notifyDone,
} from '../ui/index.ts';
import { HoldDialog } from './HoldDialog.tsx';

/** Legal holds: what stands on top, what was lifted stays in the list. */
export function HoldsCard() {
  const { t } = useTranslation('retention');
  const may = useCan()('settings:write');
  const list = useProcedure('retention.holds', {});
  const [placing, setPlacing] = useState(false);
  const [lifting, setLifting] = useState<Hold | null>(null);
  const holds = list.data?.holds ?? [];
  return (
    <Card
      flush
      title={t('holds.title')}
      action={
        may && (
          <Button size="compact-sm" variant="light" onClick={() => setPlacing(true)}>
            {t('holds.add')}
          </Button>
        )
      }
    >
      {list.isPending ? (
        <LoadingSkeleton rows={2} rowHeight={44} />
      ) : list.error !== null ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : holds.length === 0 ? (
        <EmptyState title={t('holds.none')} text={t('holds.none-text')} />
      ) : (
        <ul className="ck-hold-list">
          {[...holds.filter(({ lifted }) => lifted === null), ...holds.filter(({ lifted }) => lifted !== null)].map(
            (hold) => (
              <HoldItem key={hold.id} hold={hold} onLift={may ? () => setLifting(hold) : null} />
            ),
          )}
        </ul>
      )}
      {placing && <HoldDialog onClose={() => setPlacing(false)} />}
      {lifting !== null && <LiftDialog hold={lifting} onClose={() => setLifting(null)} />}
    </Card>
  );
}

function HoldItem({ hold, onLift }: { readonly hold: Hold; readonly onLift: (() => void) | null }) {
  const { t } = useTranslation('retention');
  const { lifted } = hold;
  return (
    <li className="ck-hold">
      <div className="ck-hold-text">
        <p className="ck-hold-what">
          <HeldWhat hold={hold} />
        </p>
        <p>{hold.reason}</p>
        <p className="ck-dim">
          {t('holds.placed', { name: hold.by })} · <DateText at={hold.at} />
          {lifted !== null && (
            <>
              {' · '}
              {t('holds.lifted-by', { name: lifted.by })} · <DateText at={lifted.at} />
            </>
          )}
        </p>
      </div>
      {lifted === null ? (
        <Chip tone="warn" sign="●">
          {t('holds.stands')}
        </Chip>
      ) : (
        <Chip>{t('holds.lifted')}</Chip>
      )}
      {lifted === null && onLift !== null && (
        <Button variant="default" onClick={onLift}>
          {t('holds.lift')}
        </Button>
      )}
    </li>
  );
}

/** Whose entries stay. */
function HeldWhat({ hold: { patientId, patient } }: { readonly hold: Hold }) {
  const { t } = useTranslation('retention');
  if (patientId === null) return t('holds.whole');
  return patient === null ? t('holds.somebody') : <bdi>{patient}</bdi>;
}

function LiftDialog({ hold, onClose }: { readonly hold: Hold; readonly onClose: () => void }) {
  const { t } = useTranslation('retention');
  const lift = useAction('retention.liftHold', { stale: ['retention'] });
  return (
    <ConfirmDialog
      opened
      title={t('holds.lift-title')}
      confirmLabel={t('holds.lift')}
      onConfirm={async () => {
        await lift.mutateAsync({ id: hold.id });
        notifyDone(t('holds.lifted'));
      }}
      onClose={onClose}
    >
      <p className="ck-hold-what">
        <HeldWhat hold={hold} />
      </p>
      <p>{hold.reason}</p>
      <p className="ck-retention-note">{t('holds.lift-text')}</p>
    </ConfirmDialog>
  );
}

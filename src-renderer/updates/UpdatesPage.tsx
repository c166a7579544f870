import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../app/session.tsx';
import { errorValueOf, useAction, useProcedure } from '../client.ts';
import {
  announce,
  Card,
  Chip,
  DateText,
  ErrorState,
  FormError,
  LoadingSkeleton,
  PageHead,
  useFormat,
} from '../ui/index.ts';
import { useOffer } from './offer-here.tsx';
import { ReleaseNotes } from './ReleaseNotes.tsx';
import { UpdateFacts } from './UpdateFacts.tsx';
import { UpdateOutcome } from './UpdateOutcome.tsx';
import { UpdateTrouble } from './UpdateTrouble.tsx';
import { type UpdateStatus, useUpdateStatus } from './use-updates.ts';
import './updates.css';

const stale = ['updates'] as const;
/** So long is asked every second after somebody asked to look. Milliseconds. */
const hurry = 15_000;

/** For IT, and to read for admins: the version here, what the last check came to, and looking again. */
export function UpdatesPage() {
  const { t } = useTranslation('updates');
  const can = useCan();
  const [asked, setAsked] = useState<number | null>(null);
  useEffect(() => {
    if (asked === null) return;
    const timer = setTimeout(() => setAsked(null), hurry);
    return () => clearTimeout(timer);
  }, [asked]);
  const status = useUpdateStatus(asked !== null);
  const first = useProcedure('updates.status', {}, { staleTime: Number.POSITIVE_INFINITY });
  return (
    <div className="ck-updates">
      <PageHead
        title={t('title')}
        windowTitle={t('title')}
        text={t('text')}
        actions={
          can('device:write') && status !== null && <Look status={status} onAsked={() => setAsked(Date.now())} />
        }
      />
      {status !== null ? (
        <Standing status={status} mayLook={can('device:write')} />
      ) : (
        <Card label={t('state.title')}>
          {first.error !== null ? (
            <ErrorState error={first.error} onRetry={() => void first.refetch()} />
          ) : (
            <LoadingSkeleton rows={6} rowHeight={28} />
          )}
        </Card>
      )}
    </div>
  );
}

/** Looking now, at the source that is set, or in a bundle of a stick. */
function Look({ status, onAsked }: { readonly status: UpdateStatus; readonly onAsked: () => void }) {
  const { t } = useTranslation('updates');
  const check = useAction('updates.check', { stale });
  const bundle = useAction('updates.openBundle', { stale });
  const { phase, off } = status.state;
  const busy = phase === 'checking' || phase === 'downloading';
  const look = async (action: typeof check | typeof bundle) => {
    check.reset();
    bundle.reset();
    try {
      await action.mutateAsync({});
      announce(t('checked'));
      onAsked();
    } catch {
      // shown below: the action's error
    }
  };
  const error = check.error ?? bundle.error;
  // closing the system's dialog without a choice is no error
  const quiet = error !== null && errorValueOf(error).code === 'nothing-chosen';
  if (off !== null && off !== 'no-source') return null;
  return (
    <div className="ck-update-look">
      <div className="ck-update-actions">
        <Button variant="default" onClick={() => void look(bundle)} loading={bundle.isPending} disabled={busy}>
          {t('actions.open-bundle')}
        </Button>
        {off === null && (
          // what is ready is what to do next
          <Button
            variant={phase === 'ready' ? 'default' : 'filled'}
            onClick={() => void look(check)}
            loading={check.isPending || phase === 'checking'}
          >
            {t('actions.check')}
          </Button>
        )}
      </div>
      {!quiet && <FormError error={error} />}
    </div>
  );
}

function Standing({ status, mayLook }: { readonly status: UpdateStatus; readonly mayLook: boolean }) {
  const { t } = useTranslation('updates');
  const format = useFormat();
  const { ask } = useOffer();
  const { phase, offer } = status.state;
  return (
    <>
      {(phase === 'kept' || phase === 'fell-back') && <UpdateOutcome status={status} />}
      <UpdateTrouble status={status} />
      <UpdateFacts status={status} />
      {offer !== null && phase !== 'kept' && (
        <Card
          title={t('offer.title')}
          action={
            phase === 'ready' && (
              <Button size="xs" onClick={ask}>
                {t('ready.install')}
              </Button>
            )
          }
        >
          <p className="ck-update-line">
            <strong className="ck-update-version">Carekeep {offer.version}</strong>
            {offer.required && (
              <Chip tone="warn" sign="▲">
                {t('ready.required')}
              </Chip>
            )}
            <span className="ck-dim">
              {format.bytes(offer.size)} · {t('offer.released')} <DateText at={offer.released} withTime={false} />
            </span>
          </p>
          <ReleaseNotes offer={offer} title={t('ready.what-is-new')} />
        </Card>
      )}
      {!mayLook && <p className="ck-dim">{t('actions.read-only')}</p>}
    </>
  );
}

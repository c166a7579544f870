import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyAge } from '../../src-shared/contract/keys.ts';
import { useSession } from '../app/session.tsx';
import { errorValueOf, useAction, useCoreEvent } from '../client.ts';
import { ConfirmDialog, FormError, notifyDone, useFormat } from '../ui/index.ts';

const stale = ['keys.report'] as const;
/** What rotating a database takes at least on an ordinary machine, bytes a second. */
const speed = 40_000_000;

type RotateDialogProps = {
  readonly chosen: KeyAge;
  readonly databaseBytes: number;
  readonly onClose: () => void;
};

/** Says what will happen, then does it. Nobody else's password is needed for any of these. */
export function RotateDialog({ chosen, databaseBytes, onClose }: RotateDialogProps) {
  const { t } = useTranslation('keys');
  const { userId } = useSession();
  const format = useFormat();
  const database = useAction('keys.rotateDatabaseKey', { stale });
  const clinic = useAction('keys.rotateClinicKey', { stale });
  const device = useAction('keys.rotateDeviceSecret', { stale });
  const own = useAction('keys.rotateOwnKeys', { stale });
  const ask = useAction('keys.demandNewKeys', { stale });
  const { kind } = chosen;
  // the maintenance screen takes this dialog's place while it stands, and its form with it
  const [covered, setCovered] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const replaced = useRef(false);
  useCoreEvent('progress', (progress) => {
    if (progress.kind === 'rotation' && progress.state === 'running') {
      replaced.current = true;
      setCovered(true);
    }
  });
  const others = kind === 'identity' && chosen.userId !== null && chosen.userId !== userId;
  const words = others ? 'ask' : kind;
  const run = async (password: string): Promise<void> => {
    if (kind === 'identity') {
      if (chosen.userId !== null && others) await ask.mutateAsync({ userId: chosen.userId });
      else await own.mutateAsync({ password });
    } else if (kind === 'database') {
      try {
        await database.mutateAsync({});
      } catch (error) {
        // who stopped it knows
        if (errorValueOf(error).code === 'cancelled') return;
        if (replaced.current) setFailure(error);
        setCovered(false);
        throw error;
      }
    } else if (kind === 'clinic') {
      await clinic.mutateAsync({});
    } else if (kind === 'device-secret') {
      await device.mutateAsync({});
    }
    notifyDone(t(`dialog.${words}.done`));
  };
  return (
    <ConfirmDialog
      opened={!covered}
      title={t(`dialog.${words}.title`, { name: chosen.displayName ?? '' })}
      confirmLabel={t(`dialog.${words}.confirm`)}
      withPassword={kind === 'identity' && !others}
      onConfirm={run}
      onClose={onClose}
    >
      <p>{t(`dialog.${words}.text`)}</p>
      {failure !== null && <FormError error={failure} />}
      {kind === 'database' && (
        <p className="ck-keys-more">
          {t('dialog.database.time', {
            size: format.bytes(databaseBytes),
            count: Math.max(1, Math.ceil(databaseBytes / speed)),
          })}
        </p>
      )}
      {!(kind === 'identity' && !others) && <p className="ck-dim ck-keys-more">{t('dialog.nobody')}</p>}
    </ConfirmDialog>
  );
}

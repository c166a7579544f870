import { useTranslation } from 'react-i18next';
import type { RequestLine } from '../../src-shared/contract/requests.ts';
import { useAction } from '../client.ts';
import { RestoreAccessDialog } from '../recovery/RestoreAccessDialog.tsx';
import { PruneDialog } from '../retention/index.ts';
import { ConfirmDialog, notifyDone } from '../ui/index.ts';
import { ExportAllDialog } from './ExportAllDialog.tsx';
import { useRequestWords } from './words.ts';

export type RequestAction = 'agree' | 'decline' | 'withdraw' | 'export' | 'prune' | 'restore' | 'erase';

type RequestDialogsProps = {
  readonly action: RequestAction;
  readonly request: RequestLine;
  readonly onClose: () => void;
};

/** What is done about a request. Agreeing asks for the password: it is a signature. */
export function RequestDialogs({ action, request, onClose }: RequestDialogsProps) {
  const { t } = useTranslation('requests');
  const words = useRequestWords();
  const agree = useAction('requests.agree', { stale: ['requests', 'users'] });
  const decline = useAction('requests.decline', { stale: ['requests'] });
  const withdraw = useAction('requests.withdraw', { stale: ['requests'] });
  const erase = useAction('patients.erase', { stale: ['requests', 'patients', 'chart'] });
  const { id, subject } = request;
  const atOnce = subject.kind === 'roles' || subject.kind === 'status';
  switch (action) {
    case 'agree':
      return (
        <ConfirmDialog
          opened
          withPassword
          title={t('agree-dialog.title')}
          confirmLabel={t('agree')}
          onConfirm={async (password) => {
            const { carriedOut } = await agree.mutateAsync({ id, password });
            notifyDone(t(carriedOut ? 'agree-dialog.carried-out' : 'agree-dialog.done'));
          }}
          onClose={onClose}
        >
          <p className="ck-request-what">{words(request)}</p>
          <p className="ck-dim">{t('asked-by', { name: request.askedBy })}</p>
          <p className="ck-request-note">{t(atOnce ? 'agree-dialog.at-once' : 'agree-dialog.then')}</p>
        </ConfirmDialog>
      );
    case 'decline':
      return (
        <ConfirmDialog
          opened
          danger
          title={t('decline-dialog.title')}
          confirmLabel={t('decline')}
          onConfirm={async () => {
            await decline.mutateAsync({ id });
            notifyDone(t('state.declined'));
          }}
          onClose={onClose}
        >
          <p className="ck-request-what">{words(request)}</p>
          <p className="ck-dim">{t('asked-by', { name: request.askedBy })}</p>
        </ConfirmDialog>
      );
    case 'withdraw':
      return (
        <ConfirmDialog
          opened
          title={t('withdraw-dialog.title')}
          confirmLabel={t('withdraw')}
          onConfirm={async () => {
            await withdraw.mutateAsync({ id });
            notifyDone(t('state.withdrawn'));
          }}
          onClose={onClose}
        >
          <p className="ck-request-what">{words(request)}</p>
        </ConfirmDialog>
      );
    case 'export':
      return <ExportAllDialog requestId={id} onClose={onClose} />;
    case 'prune':
      return <PruneDialog agreed={{ requestId: id }} what={words(request)} onClose={onClose} />;
    case 'erase':
      return subject.kind === 'erase-patient' ? (
        <ConfirmDialog
          opened
          danger
          title={t('erase.title')}
          confirmLabel={t('erase.confirm')}
          onConfirm={async () => {
            await erase.mutateAsync({ patientId: subject.patientId, requestId: id });
            notifyDone(t('erase.done'));
          }}
          onClose={onClose}
        >
          <p className="ck-request-what">{words(request)}</p>
          <p className="ck-request-note">{t('erase.text')}</p>
        </ConfirmDialog>
      ) : null;
    case 'restore':
      return subject.kind === 'restore-access' ? (
        <RestoreAccessDialog userId={subject.userId} name={request.user ?? ''} requestId={id} onClose={onClose} />
      ) : null;
  }
}

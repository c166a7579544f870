import { UnstyledButton } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Session } from '../../src-shared/contract/people.ts';
import { SecondFactorSteps } from '../second-factor/SecondFactorSteps.tsx';
import { ClinicAside, ClinicFoot } from './ClinicAside.tsx';
import { FinishPassword } from './FinishPassword.tsx';
import { StartLayout } from './StartLayout.tsx';
import { StepHeading } from './StepHeading.tsx';
import './start.css';

type OwedScreenProps = {
  readonly status: Output<'app.status'>;
  readonly session: Session;
  readonly onSession: (session: Session) => void;
  /** Leaves without finishing. */
  readonly onLeave: () => void;
};

/** Signed in, and something comes before anything else: a password of one's own, or a second factor. */
export function OwedScreen({ status, session, onSession, onLeave }: OwedScreenProps) {
  const { t } = useTranslation('start');
  useEffect(() => {
    document.title = 'Carekeep';
  }, []);
  return (
    <StartLayout aside={<ClinicAside status={status} />} foot={<ClinicFoot status={status} />} wide>
      {session.owes === 'own-password' ? (
        <FinishPassword session={session} onDone={onSession} />
      ) : (
        <>
          <StepHeading focus={false}>{t('owed.factor')}</StepHeading>
          <p className="ck-dim ck-start-text">{t('owed.factor-text')}</p>
          <SecondFactorSteps who={`${session.clinicName}, ${session.userName}`} onDone={onSession} />
        </>
      )}
      <p className="ck-start-note">
        <UnstyledButton className="ck-link" onClick={onLeave}>
          {t('owed.leave')}
        </UnstyledButton>
      </p>
    </StartLayout>
  );
}

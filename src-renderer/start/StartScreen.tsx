import { UnstyledButton } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StartState } from '../../src-shared/contract/app.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Session } from '../../src-shared/contract/people.ts';
import { useRefresh } from '../client.ts';
import { FailedVersion, InstallingScreen, UpdateAtSignIn, useUpdateStatus } from '../updates/index.ts';
import { ClinicAside, ClinicFoot } from './ClinicAside.tsx';
import { KitUnconfirmed } from './KitUnconfirmed.tsx';
import { SignIn } from './SignIn.tsx';
import { StartLayout } from './StartLayout.tsx';
import { StateScreen } from './StateScreen.tsx';
import { StopNotice } from './StopNotice.tsx';
import { SetupWizard } from './setup/SetupWizard.tsx';
import { Veiled } from './Veiled.tsx';
import './start.css';

type StartScreenProps = {
  readonly status: Output<'app.status'>;
  readonly onSignedIn: (session: Session) => void;
  /** An update that is ready is asked about right after the sign-in. */
  readonly askNow: boolean;
  readonly onAskNow: (ask: boolean) => void;
};

/** Before anyone is signed in: the screen of the start-up state. */
export function StartScreen({ status, onSignedIn, askNow, onAskNow }: StartScreenProps) {
  const refresh = useRefresh();
  // some states show only once a password has opened the database: sign-in answers them as its error
  const [found, setFound] = useState<StartState | null>(null);
  const [settingUp, setSettingUp] = useState(status.state === 'not-set-up');
  const [userName, setUserName] = useState('');
  const state = found ?? status.state;
  // somebody else may sign in while a session is veiled: that ends it
  const [other, setOther] = useState(false);
  const { t } = useTranslation('start');
  const update = useUpdateStatus();
  const again = useCallback(async () => {
    setFound(null);
    await refresh(['app.status']);
  }, [refresh]);
  useEffect(() => {
    document.title = 'Carekeep';
  }, []);

  if (update?.state.phase === 'installing') {
    return <InstallingScreen version={update.state.offer?.version ?? null} onEnded={() => void again()} />;
  }
  if (update?.state.phase === 'failed') {
    return (
      <StartLayout aside={<ClinicAside status={status} />} foot={<ClinicFoot status={status} />} wide>
        <FailedVersion version={update.version} />
      </StartLayout>
    );
  }
  // the wizard stays until its last step, though core counts the clinic as set up before that
  if (settingUp) {
    return (
      <SetupWizard
        onDone={async (name) => {
          setUserName(name);
          await again();
          setSettingUp(false);
        }}
      />
    );
  }
  if (state === 'not-set-up') return <SetupWizard onDone={again} />;
  if (status.veiled !== null && !other) {
    return (
      <StartLayout aside={<ClinicAside status={status} />} foot={<ClinicFoot status={status} />}>
        <StopNotice />
        <Veiled veiled={status.veiled} onReturned={onSignedIn} onOther={() => setOther(true)} onChanged={again} />
      </StartLayout>
    );
  }
  return (
    <StartLayout
      aside={<ClinicAside status={status} />}
      foot={<ClinicFoot status={status} />}
      wide={state !== 'locked'}
    >
      <StopNotice />
      {state === 'locked' ? (
        <>
          <SignIn firstUserName={userName} onSignedIn={onSignedIn} onState={setFound} onRecovered={again} />
          <UpdateAtSignIn status={update} chosen={askNow} onChoose={onAskNow} />
          {status.veiled !== null && (
            <p className="ck-start-note">
              {t('veiled.other-text')}{' '}
              <UnstyledButton className="ck-link" onClick={() => setOther(false)}>
                {t('veiled.back')}
              </UnstyledButton>
            </p>
          )}
        </>
      ) : state === 'kit-unconfirmed' ? (
        <KitUnconfirmed onDone={again} />
      ) : (
        <StateScreen key={state} state={state} onChanged={again} />
      )}
    </StartLayout>
  );
}

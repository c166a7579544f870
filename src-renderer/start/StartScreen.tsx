import { useCallback, useEffect, useState } from 'react';
import type { StartState } from '../../src-shared/contract/app.ts';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Session } from '../../src-shared/contract/people.ts';
import { useRefresh } from '../client.ts';
import { ClinicAside, ClinicFoot } from './ClinicAside.tsx';
import { KitUnconfirmed } from './KitUnconfirmed.tsx';
import { SignIn } from './SignIn.tsx';
import { StartLayout } from './StartLayout.tsx';
import { StateScreen } from './StateScreen.tsx';
import { SetupWizard } from './setup/SetupWizard.tsx';
import './start.css';

type StartScreenProps = {
  readonly status: Output<'app.status'>;
  readonly onSignedIn: (session: Session) => void;
};

/** Before anyone is signed in: the screen of the start-up state. */
export function StartScreen({ status, onSignedIn }: StartScreenProps) {
  const refresh = useRefresh();
  // some states show only once a password has opened the database: sign-in answers them as its error
  const [found, setFound] = useState<StartState | null>(null);
  const [settingUp, setSettingUp] = useState(status.state === 'not-set-up');
  const [userName, setUserName] = useState('');
  const state = found ?? status.state;
  const again = useCallback(async () => {
    setFound(null);
    await refresh(['app.status']);
  }, [refresh]);
  useEffect(() => {
    document.title = 'Carekeep';
  }, []);

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
  return (
    <StartLayout
      aside={<ClinicAside status={status} />}
      foot={<ClinicFoot status={status} />}
      wide={state !== 'locked'}
    >
      {state === 'locked' ? (
        <SignIn firstUserName={userName} onSignedIn={onSignedIn} onState={setFound} onRecovered={again} />
      ) : state === 'kit-unconfirmed' ? (
        <KitUnconfirmed onDone={again} />
      ) : (
        <StateScreen key={state} state={state} onChanged={again} />
      )}
    </StartLayout>
  );
}

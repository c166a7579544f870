import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KitForm } from '../../../src-shared/contract/app.ts';
import { errorValueOf } from '../../client.ts';
import { JoinClinic } from '../join/JoinClinic.tsx';
import { RestoreForm } from '../RestoreForm.tsx';
import { StartLayout } from '../StartLayout.tsx';
import { type AdminAnswers, AdminStep } from './AdminStep.tsx';
import { type ClinicAnswers, ClinicStep } from './ClinicStep.tsx';
import { CreateStep } from './CreateStep.tsx';
import { systemCountry } from './countries.ts';
import { DoneStep } from './DoneStep.tsx';
import { KitSteps } from './KitSteps.tsx';
import type { Kit } from './kit.ts';
import { LanguageStep } from './LanguageStep.tsx';
import { PaperStep } from './PaperStep.tsx';
import { PasswordStep } from './PasswordStep.tsx';
import { StepList } from './StepList.tsx';

export const steps = ['language', 'clinic', 'admin', 'password', 'paper', 'keychain', 'kit', 'done'] as const;
export type Step = (typeof steps)[number];

/** Which step can mend an error of `setup.create`. */
function stepAtFault(error: unknown): Step {
  const { code, field } = errorValueOf(error);
  if (code.startsWith('password-')) return 'password';
  if (field?.startsWith('admin') === true) return 'admin';
  return field === 'clinicName' || field === 'country' || field === 'workstationName' ? 'clinic' : 'keychain';
}

/** First start: language, clinic, first admin, password, keychain, recovery kit. Back keeps what was typed. */
export function SetupWizard({ onDone }: { readonly onDone: (userName: string) => Promise<void> }) {
  const { t } = useTranslation('start');
  const [step, setStep] = useState<Step>('language');
  const [clinic, setClinic] = useState<ClinicAnswers>({
    clinicName: '',
    country: systemCountry(),
    workstationName: '',
  });
  const [admin, setAdmin] = useState<AdminAnswers>({ displayName: '', userName: '', practitioner: false });
  const [password, setPassword] = useState('');
  const [form, setForm] = useState<KitForm>('code');
  const [moved, setMoved] = useState(false);
  const [joining, setJoining] = useState(false);
  const [kit, setKit] = useState<Kit | null>(null);
  const [error, setError] = useState<unknown>(null);
  const go = (next: Step) => {
    setError(null);
    setStep(next);
  };

  if (joining) return <JoinClinic onBack={() => setJoining(false)} onDone={() => onDone('')} />;
  if (moved) {
    return (
      <StartLayout
        wide
        aside={<p className="ck-start-clinic">{t('setup.title')}</p>}
        foot={<span>{t('setup.foot')}</span>}
      >
        <RestoreForm because="moved" onDone={() => onDone('')} onBack={() => setMoved(false)} />
      </StartLayout>
    );
  }
  return (
    <StartLayout wide aside={<StepList current={step} />} foot={<span>{t('setup.foot')}</span>}>
      {step === 'language' && (
        <LanguageStep onNext={() => go('clinic')} onJoin={() => setJoining(true)} onMoved={() => setMoved(true)} />
      )}
      {step === 'clinic' && (
        <ClinicStep
          answers={clinic}
          error={error}
          onBack={() => go('language')}
          onNext={(answers) => {
            setClinic(answers);
            go('admin');
          }}
        />
      )}
      {step === 'admin' && (
        <AdminStep
          answers={admin}
          error={error}
          onBack={() => go('clinic')}
          onNext={(answers) => {
            setAdmin(answers);
            go('password');
          }}
        />
      )}
      {step === 'password' && (
        <PasswordStep
          error={error}
          personal={[admin.userName, admin.displayName, clinic.clinicName]}
          onBack={() => go('admin')}
          onNext={(chosen) => {
            setPassword(chosen);
            go('paper');
          }}
        />
      )}
      {step === 'paper' && (
        <PaperStep
          form={form}
          onBack={() => go('password')}
          onNext={(chosen) => {
            setForm(chosen);
            go('keychain');
          }}
        />
      )}
      {step === 'keychain' && (
        <CreateStep
          clinic={clinic}
          admin={admin}
          password={password}
          form={form}
          onBack={() => go('paper')}
          onCreated={(made) => {
            setPassword('');
            setKit(made);
            go('kit');
          }}
          onFailed={(thrown) => {
            const at = stepAtFault(thrown);
            if (at === 'keychain') return false;
            setError(thrown);
            setStep(at);
            return true;
          }}
        />
      )}
      {step === 'kit' && kit !== null && (
        <KitSteps
          kit={kit}
          onConfirmed={() => {
            setKit(null);
            go('done');
          }}
        />
      )}
      {step === 'done' && <DoneStep clinicName={clinic.clinicName} onNext={() => onDone(admin.userName)} />}
    </StartLayout>
  );
}

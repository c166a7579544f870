import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Session } from '../../src-shared/contract/people.ts';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { OnceShown } from '../ui/OnceShown.tsx';
import { PasswordField } from '../ui/PasswordField.tsx';
import { CodeField } from './CodeField.tsx';
import { QrCode } from './QrCode.tsx';
import './second-factor.css';

type Begun = Output<'sessions.beginSecondFactor'>;
type Confirmed = Output<'sessions.confirmSecondFactor'>;

type SecondFactorStepsProps = {
  /** For the paper with the recovery codes. */
  readonly who: string;
  readonly onDone: (session: Session) => void;
  readonly onCancel?: () => void;
};

/** Setting up an authenticator app: the password, the QR code and its first code, the recovery codes. */
export function SecondFactorSteps({ who, onDone, onCancel }: SecondFactorStepsProps) {
  const [begun, setBegun] = useState<Begun | null>(null);
  const [confirmed, setConfirmed] = useState<Confirmed | null>(null);
  if (confirmed !== null) return <CodesStep who={who} confirmed={confirmed} onDone={onDone} />;
  if (begun !== null) return <AppStep begun={begun} onConfirmed={setConfirmed} onCancel={onCancel} />;
  return <PasswordStep onBegun={setBegun} onCancel={onCancel} />;
}

type Cancel = { readonly onCancel: (() => void) | undefined };

function useSubmit(work: () => Promise<void>) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return { submit, error, busy };
}

function Buttons({ label, busy, ready, onCancel }: Cancel & { label: string; busy: boolean; ready: boolean }) {
  const { t: app } = useTranslation('app');
  return (
    <Group>
      <Button type="submit" loading={busy} disabled={!ready}>
        {label}
      </Button>
      {onCancel !== undefined && (
        <Button variant="default" onClick={onCancel}>
          {app('action.cancel')}
        </Button>
      )}
    </Group>
  );
}

function PasswordStep({ onBegun, onCancel }: Cancel & { readonly onBegun: (begun: Begun) => void }) {
  const { t } = useTranslation('settings');
  const { t: app } = useTranslation('app');
  const [password, setPassword] = useState('');
  const { submit, error, busy } = useSubmit(async () => {
    const typed = password;
    setPassword('');
    onBegun(await call('sessions.beginSecondFactor', { password: typed }));
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12} className="ck-narrow-form">
        <p>{t('factor.password')}</p>
        <PasswordField
          label={app('password.own')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          maxLength={512}
          autoFocus
        />
        <FormError error={error} />
        <Buttons label={app('action.next')} busy={busy} ready={password !== ''} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

type AppStepProps = Cancel & { readonly begun: Begun; readonly onConfirmed: (confirmed: Confirmed) => void };

function AppStep({ begun, onConfirmed, onCancel }: AppStepProps) {
  const { t } = useTranslation('settings');
  const [code, setCode] = useState('');
  const { submit, error, busy } = useSubmit(async () => {
    const typed = code;
    setCode('');
    onConfirmed(await call('sessions.confirmSecondFactor', { code: typed }));
  });
  const groups = begun.secret.match(/.{1,4}/g) ?? [];
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12}>
        <p>{t('factor.scan')}</p>
        <div className="ck-qr-row">
          <QrCode text={begun.uri} label={t('factor.qr')} />
          <div>
            <p className="ck-dim">{t('factor.secret')}</p>
            <p className="ck-secret" translate="no">
              {groups.join(' ')}
            </p>
            <CodeField label={t('factor.first')} value={code} onChange={setCode} autoFocus />
          </div>
        </div>
        <FormError error={error} />
        <Buttons label={t('factor.confirm')} busy={busy} ready={code.trim().length >= 6} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

type CodesStepProps = {
  readonly who: string;
  readonly confirmed: Confirmed;
  readonly onDone: (session: Session) => void;
};

function CodesStep({ who, confirmed, onDone }: CodesStepProps) {
  const { t } = useTranslation('settings');
  return (
    <Stack gap={12}>
      <p role="status">✓ {t('factor.is-set')}</p>
      <p>{t('factor.codes')}</p>
      <OnceShown title={t('factor.slip', { who })} codes={confirmed.recoveryCodes}>
        <p>{t('factor.codes-how')}</p>
      </OnceShown>
      <Group>
        <Button onClick={() => onDone(confirmed.session)} autoFocus>
          {t('factor.codes-kept')}
        </Button>
      </Group>
    </Stack>
  );
}

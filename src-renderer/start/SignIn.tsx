import { Button, Group, Stack, TextInput, UnstyledButton } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type StartState, startStates } from '../../src-shared/contract/app.ts';
import type { ErrorCode } from '../../src-shared/contract/errors.ts';
import type { Session } from '../../src-shared/contract/people.ts';
import { call, errorValueOf } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { PasswordField } from '../ui/PasswordField.tsx';
import { ForgotPassword } from './ForgotPassword.tsx';
import { LanguageMenu } from './LanguageMenu.tsx';
import { RestoreForm } from './RestoreForm.tsx';
import { SignInCode } from './SignInCode.tsx';
import { StepHeading } from './StepHeading.tsx';

type SignInProps = {
  readonly firstUserName: string;
  readonly onSignedIn: (session: Session) => void;
  /** The password opened the key file and the database turned out to be in another state. */
  readonly onState: (state: StartState) => void;
  readonly onRecovered: () => Promise<void>;
};

const stateOf = (code: ErrorCode): StartState | undefined => startStates.find((state) => state === code);

export function SignIn({ firstUserName, onSignedIn, onState, onRecovered }: SignInProps) {
  const { t } = useTranslation('start');
  const [view, setView] = useState<'sign-in' | 'code' | 'recovery'>('sign-in');
  const [forgot, setForgot] = useState(false);
  const [userName, setUserName] = useState(firstUserName);
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useState(0);
  const passwordField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  const signIn = async (secondFactor?: string) => {
    if (busy || wait > 0) return;
    setBusy(true);
    setError(null);
    try {
      const input = { userName, password };
      const session = await call(
        'sessions.signIn',
        secondFactor === undefined ? input : { ...input, code: secondFactor },
      );
      setPassword('');
      onSignedIn(session);
    } catch (thrown) {
      const { code, retryAfter } = errorValueOf(thrown);
      const state = stateOf(code);
      if (code === 'second-factor-needed') return setView('code');
      if (retryAfter !== undefined) setWait(Math.ceil(retryAfter / 1000));
      // the password was right: it stays for the next code
      const goesOn = code === 'second-factor-wrong' || (view === 'code' && code === 'wait-before-retry');
      if (!goesOn) {
        setPassword('');
        setView('sign-in');
      }
      if (state !== undefined) return onState(state);
      setError(thrown);
      passwordField.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn();
  };

  if (view === 'recovery') {
    return <RestoreForm because="password" onDone={onRecovered} onBack={() => setView('sign-in')} />;
  }
  if (view === 'code') {
    return (
      <SignInCode
        error={error}
        busy={busy}
        wait={wait}
        onCode={(code) => void signIn(code)}
        onBack={() => {
          setPassword('');
          setError(null);
          setView('sign-in');
        }}
      />
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading focus={false}>{t('signin.title')}</StepHeading>
      <Stack gap={14}>
        <TextInput
          label={t('signin.user-name')}
          value={userName}
          onChange={(event) => setUserName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
          autoFocus={firstUserName === ''}
        />
        <PasswordField
          ref={passwordField}
          label={t('signin.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          maxLength={512}
          autoFocus={firstUserName !== ''}
        />
        <FormError error={error} />
        <Button
          type="submit"
          size="md"
          fullWidth
          loading={busy}
          disabled={wait > 0 || userName.trim() === '' || password === ''}
        >
          {wait > 0 ? t('signin.wait', { seconds: wait }) : t('signin.unlock')}
        </Button>
        <Group justify="space-between">
          <UnstyledButton className="ck-link" onClick={() => setForgot(true)}>
            {t('signin.forgot')}
          </UnstyledButton>
          <UnstyledButton className="ck-link" onClick={() => setView('recovery')}>
            {t('signin.kit')}
          </UnstyledButton>
          <LanguageMenu />
        </Group>
      </Stack>
      <ForgotPassword
        opened={forgot}
        onClose={() => setForgot(false)}
        onKit={() => {
          setForgot(false);
          setView('recovery');
        }}
      />
    </form>
  );
}

import { Button, Group, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../app/session.tsx';
import { useAction } from '../client.ts';
import { ManagedNote, usePolicies } from '../policies/index.ts';
import { FormError, notifyDone, PasswordField, PinField, pinLength } from '../ui/index.ts';

/** One's own PIN for quick return: set, changed or removed, each with the password. */
export function PinForm() {
  const { t } = useTranslation('settings');
  const { allowed, pinSet, minutes } = useSession().quickReturn;
  const managed = usePolicies()?.pinAllowed === false;
  const [pin, setPin] = useState('');
  const [again, setAgain] = useState('');
  const [password, setPassword] = useState('');
  const set = useAction('sessions.setPin', { stale: ['sessions.current'] });
  const remove = useAction('sessions.removePin', { stale: ['sessions.current'] });
  const busy = set.isPending || remove.isPending;
  const differs = again.length >= pin.length && again !== '' && again !== pin;
  const complete = pin.length >= pinLength.min && pin === again && password !== '';

  const change = async (act: () => Promise<unknown>, done: string) => {
    set.reset();
    remove.reset();
    try {
      await act();
      setPin('');
      setAgain('');
      notifyDone(done);
    } catch {
      // shown by the form: set.error, remove.error
    } finally {
      setPassword('');
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (complete && !busy) void change(() => set.mutateAsync({ pin, password }), t('pin.done'));
  };

  if (!allowed && !pinSet) return managed ? <ManagedNote why="pin" /> : <p>{t('pin.not-allowed')}</p>;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap={12}>
        <p>{t('pin.text', { count: minutes })}</p>
        {managed && <ManagedNote why="pin" />}
        {pinSet ? (
          <p>{allowed ? `✓ ${t('pin.is-set')}` : t('pin.set-not-allowed')}</p>
        ) : (
          <p className="ck-dim">{t('pin.is-unset')}</p>
        )}
        <Stack gap={12} className="ck-narrow-form">
          {allowed && (
            <>
              <PinField label={t('pin.new')} description={t('pin.rule')} value={pin} onChange={setPin} />
              <PinField
                label={t('pin.again')}
                value={again}
                onChange={setAgain}
                error={differs ? t('pin.differs') : undefined}
              />
            </>
          )}
          <PasswordField
            label={t('password.current')}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            maxLength={512}
          />
          <FormError error={set.error ?? remove.error} />
          <Group>
            {allowed && (
              <Button type="submit" loading={set.isPending} disabled={!complete || remove.isPending}>
                {t(pinSet ? 'pin.change' : 'pin.set')}
              </Button>
            )}
            {pinSet && (
              <Button
                variant="default"
                loading={remove.isPending}
                disabled={password === '' || set.isPending}
                onClick={() => void change(() => remove.mutateAsync({ password }), t('pin.removed'))}
              >
                {t('pin.remove')}
              </Button>
            )}
          </Group>
        </Stack>
      </Stack>
    </form>
  );
}

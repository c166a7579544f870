import { Button, Group, Stack, UnstyledButton } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../src-shared/contract/index.ts';
import type { Session } from '../../src-shared/contract/people.ts';
import { call, errorValueOf } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { PinField, pinLength } from '../ui/PinField.tsx';
import { StepHeading } from './StepHeading.tsx';
import { VeilClock } from './VeilClock.tsx';

type VeiledProps = {
  readonly veiled: NonNullable<Output<'app.status'>['veiled']>;
  readonly onReturned: (session: Session) => void;
  readonly onOther: () => void;
  /** Something may be different now: ask core again. */
  readonly onChanged: () => Promise<void>;
};

/** A session waits behind this page for its PIN. The page knows neither whose it is nor anything of the record. */
export function Veiled({ veiled, onReturned, onOther, onChanged }: VeiledProps) {
  const { t } = useTranslation('start');
  const [pin, setPin] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState<'returning' | 'locking' | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const wrong = error !== null && errorValueOf(error).code === 'wrong-pin';

  useEffect(() => {
    if (error !== null) field.current?.focus();
  }, [error]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy !== null || pin.length < pinLength.min) return;
    setBusy('returning');
    setError(null);
    try {
      onReturned(await call('sessions.unveil', { pin }));
    } catch (thrown) {
      setPin('');
      setError(thrown);
      await onChanged();
    } finally {
      setBusy(null);
    }
  };
  const lock = async () => {
    setBusy('locking');
    try {
      // the shell replaces this page; nothing after this line is certain to run
      await call('sessions.lockVeiled', {});
    } catch (thrown) {
      setError(thrown);
      await onChanged();
      setBusy(null);
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <StepHeading focus={false}>{t('veiled.title')}</StepHeading>
      <p className="ck-start-text">{t('veiled.text')}</p>
      <Stack gap={14}>
        <PinField
          ref={field}
          label={t('veiled.pin')}
          value={pin}
          onChange={setPin}
          autoFocus
          readOnly={busy !== null}
          aria-describedby="veil-left"
        />
        <FormError error={error} />
        <Button
          type="submit"
          size="md"
          fullWidth
          loading={busy === 'returning'}
          disabled={busy === 'locking' || pin.length < pinLength.min}
        >
          {t('veiled.return')}
        </Button>
        <p className="ck-veil-left ck-dim" id="veil-left">
          <span className={wrong ? 'ck-warn-text' : undefined}>{t('veiled.tries', { count: veiled.triesLeft })}</span>
          <VeilClock remaining={veiled.remaining} />
        </p>
        <Group justify="space-between" gap="4px 16px">
          <UnstyledButton className="ck-link" onClick={onOther}>
            {t('veiled.other')}
          </UnstyledButton>
          <UnstyledButton className="ck-link" onClick={() => void lock()}>
            {t('veiled.lock')}
          </UnstyledButton>
        </Group>
      </Stack>
    </form>
  );
}

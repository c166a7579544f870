import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { userName as userNameSchema } from '../../src-shared/contract/primitives.ts';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { announce } from '../ui/LiveRegion.tsx';
import { NewPasswordField } from '../ui/NewPasswordField.tsx';
import { StepHeading } from './StepHeading.tsx';
import { kitWords, WordsField } from './WordsField.tsx';

type RestoreFormProps = {
  readonly onDone: () => Promise<void>;
  readonly onBack?: () => void;
  /** Inside a state's screen, which has its own heading. */
  readonly bare?: boolean;
};

/** The recovery kit gives the workstation its keys back and one admin a new password. */
export function RestoreForm({ onDone, onBack, bare = false }: RestoreFormProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [words, setWords] = useState('');
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState<Readonly<Record<'words' | 'userName' | 'password', string | undefined>>>({
    words: undefined,
    userName: undefined,
    password: undefined,
  });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = {
      words: kitWords(words).length === 24 ? undefined : t('words.need-24'),
      userName: userNameSchema.safeParse(userName).success ? undefined : app('field.invalid'),
      password: password === '' ? app('field.required') : undefined,
    };
    setWrong(found);
    if (Object.values(found).some((text) => text !== undefined)) return;
    setBusy(true);
    setError(null);
    try {
      await call('recovery.restore', { words: kitWords(words).join(' '), userName, password });
      announce(t('restore.done'));
      await onDone();
      onBack?.();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      {!bare && (
        <>
          <StepHeading>{t('restore.title')}</StepHeading>
          <p className="ck-dim ck-start-text">{t('restore.text')}</p>
        </>
      )}
      <Stack gap={14}>
        <WordsField
          value={words}
          onChange={(text) => {
            setWords(text);
            setError(null);
          }}
          error={wrong.words}
          autoFocus={bare}
        />
        <TextInput
          label={t('restore.user-name')}
          description={t('restore.user-name-hint')}
          value={userName}
          onChange={(event) => setUserName(event.currentTarget.value)}
          error={wrong.userName}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
        />
        <NewPasswordField
          label={t('restore.password')}
          value={password}
          onChange={setPassword}
          personal={[userName]}
          error={wrong.password}
        />
        <FormError error={error} />
        <Group justify="flex-end">
          {onBack !== undefined && (
            <Button variant="default" onClick={onBack}>
              {app('action.back')}
            </Button>
          )}
          <Button type="submit" loading={busy}>
            {t('restore.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

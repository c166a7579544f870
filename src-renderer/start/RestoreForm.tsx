import { Button, Checkbox, Group, Radio, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { userName as userNameSchema } from '../../src-shared/contract/primitives.ts';
import { call } from '../client.ts';
import { FormError } from '../ui/FormError.tsx';
import { announce } from '../ui/LiveRegion.tsx';
import { NewPasswordField } from '../ui/NewPasswordField.tsx';
import { StepHeading } from './StepHeading.tsx';
import { isWholeKit, WordsField } from './WordsField.tsx';

type RestoreFormProps = {
  /**
   * `machine`: keychain or key file are lost; everybody keeps their password unless said. `password`: nobody can sign
   * in any more. `moved`: this computer is new, and the recovery file comes from the old one.
   */
  readonly because: 'machine' | 'password' | 'moved';
  readonly onDone: () => Promise<void>;
  readonly onBack?: () => void;
  /** Inside a state's screen, which has its own heading. */
  readonly bare?: boolean;
};

const nothingWrong = { words: undefined, userName: undefined, password: undefined };

/** The recovery kit gives the workstation its keys back and, where nobody can sign in any more, one admin a new password. */
export function RestoreForm({ because, onDone, onBack, bare = false }: RestoreFormProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [words, setWords] = useState('');
  const [newAdmin, setNewAdmin] = useState(because === 'password');
  const [fromFile, setFromFile] = useState(because === 'moved');
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const [wrong, setWrong] =
    useState<Readonly<Record<'words' | 'userName' | 'password', string | undefined>>>(nothingWrong);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = {
      words: isWholeKit(words) ? undefined : t('words.need-all'),
      userName: !newAdmin || userNameSchema.safeParse(userName).success ? undefined : app('field.invalid'),
      password: newAdmin && password === '' ? app('field.required') : undefined,
    };
    setWrong(found);
    if (Object.values(found).some((text) => text !== undefined)) return;
    setBusy(true);
    setError(null);
    try {
      const admin = newAdmin ? { admin: { userName, password } } : {};
      const { restored } = await call('recovery.restore', { words, fromFile, ...admin });
      if (!restored) return;
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
          <StepHeading>{t(`restore.because.${because}.title`)}</StepHeading>
          <p className="ck-dim ck-start-text">{t(`restore.because.${because}.text`)}</p>
        </>
      )}
      <Stack gap={14}>
        <WordsField
          onChange={(text) => {
            setWords(text);
            setError(null);
          }}
          error={wrong.words}
          autoFocus={bare}
        />
        {because === 'machine' && (
          <Checkbox
            label={t('restore.from-file')}
            description={t('restore.from-file-hint')}
            checked={fromFile}
            onChange={(event) => setFromFile(event.currentTarget.checked)}
          />
        )}
        {because === 'moved' && <p className="ck-dim">{t('restore.because.moved.file')}</p>}
        {because !== 'password' && (
          <Radio.Group
            label={t('restore.who')}
            value={newAdmin ? 'admin' : 'everyone'}
            onChange={(value) => setNewAdmin(value === 'admin')}
          >
            <Stack gap={8} mt={6}>
              {(['everyone', 'admin'] as const).map((choice) => (
                <Radio.Card key={choice} value={choice} className="ck-choice">
                  <Group gap={10} wrap="nowrap" align="flex-start">
                    <Radio.Indicator />
                    <span>
                      {t(`restore.${choice}.label`)}
                      <span className="ck-choice-text">{t(`restore.${choice}.text`)}</span>
                    </span>
                  </Group>
                </Radio.Card>
              ))}
            </Stack>
          </Radio.Group>
        )}
        {newAdmin && (
          <>
            <p className="ck-warn-text">▲ {t('restore.flagged')}</p>
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
          </>
        )}
        <FormError error={error} />
        <Group justify="flex-end">
          {onBack !== undefined && (
            <Button variant="default" onClick={onBack}>
              {app('action.back')}
            </Button>
          )}
          <Button type="submit" loading={busy}>
            {t(fromFile ? 'restore.choose-file' : 'restore.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

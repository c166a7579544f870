import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { enrolment } from '../../../src-shared/contract/backend.ts';
import { call } from '../../client.ts';
import { FormError } from '../../ui/FormError.tsx';
import { useSchemaValidation } from '../../ui/form.ts';
import { StepHeading } from '../StepHeading.tsx';
import type { Asked } from './JoinWords.tsx';

export type JoinAnswers = { readonly address: string; readonly code: string; readonly name: string };

type FormProps = {
  readonly answers: JoinAnswers;
  readonly onAnswers: (answers: JoinAnswers) => void;
  readonly onBack: () => void;
  readonly onAsked: (asked: Asked) => void;
};

const fields = ['address', 'code', 'name'] as const;

/** Address and code as the admin's screen shows them, and what this workstation is to be called. */
export function JoinForm({ answers, onAnswers, onBack, onAsked }: FormProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const validate = useSchemaValidation()(enrolment.ask.input);
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = validate(answers);
    setWrong(found);
    if (busy || Object.keys(found).length > 0) return;
    setBusy(true);
    setError(null);
    try {
      onAsked(await call('enrolment.ask', answers));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading focus={false}>{t('join.title')}</StepHeading>
      <p className="ck-start-text">{t('join.text')}</p>
      <Stack gap={14}>
        {fields.map((field, at) => (
          <TextInput
            key={field}
            label={t(`join.${field}`)}
            description={t(`join.${field}-hint`)}
            value={answers[field]}
            onChange={(event) => {
              setError(null);
              onAnswers({ ...answers, [field]: event.currentTarget.value });
            }}
            error={wrong[field]}
            maxLength={field === 'name' ? 60 : field === 'code' ? 200 : 260}
            autoComplete="off"
            autoFocus={at === 0}
            {...(field === 'name' ? {} : { autoCapitalize: 'none', spellCheck: false })}
          />
        ))}
        <FormError error={error} />
        <Group justify="space-between">
          <Button variant="default" onClick={onBack} disabled={busy}>
            {app('action.back')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('join.ask')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

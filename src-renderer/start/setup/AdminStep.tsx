import { Button, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { requiredLine, userName } from '../../../src-shared/contract/primitives.ts';
import { suggestUserName } from '../../people/user-name.ts';
import { FormError } from '../../ui/FormError.tsx';
import { useSchemaValidation } from '../../ui/form.ts';
import { StepHeading } from '../StepHeading.tsx';

const schema = z.object({ displayName: requiredLine(120), userName, practitioner: z.boolean() });
export type AdminAnswers = z.infer<typeof schema>;

type AdminStepProps = {
  readonly answers: AdminAnswers;
  readonly error: unknown;
  readonly onBack: () => void;
  readonly onNext: (answers: AdminAnswers) => void;
};

export function AdminStep({ answers, error, onBack, onNext }: AdminStepProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const validation = useSchemaValidation();
  const form = useForm<AdminAnswers>({
    mode: 'controlled',
    initialValues: answers,
    validate: validation(schema, { userName: 'people:user-name-rule' }),
  });
  return (
    <form onSubmit={form.onSubmit((values) => onNext(schema.parse(values)))} noValidate>
      <StepHeading focus={false}>{t('setup.admin.title')}</StepHeading>
      <p className="ck-start-text">{t('setup.admin.text')}</p>
      <Stack gap={14}>
        <TextInput
          label={t('setup.admin.display-name')}
          description={t('setup.admin.display-name-hint')}
          autoFocus
          maxLength={120}
          {...form.getInputProps('displayName')}
          onBlur={() => {
            if (form.values.userName === '') form.setFieldValue('userName', suggestUserName(form.values.displayName));
          }}
        />
        <TextInput
          label={t('signin.user-name')}
          description={t('setup.admin.user-name-hint')}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          {...form.getInputProps('userName')}
        />
        <Checkbox
          label={t('setup.admin.practitioner')}
          description={t('setup.admin.practitioner-hint')}
          {...form.getInputProps('practitioner', { type: 'checkbox' })}
        />
        <FormError error={error} />
        <Group justify="space-between">
          <Button variant="default" onClick={onBack}>
            {app('action.back')}
          </Button>
          <Button type="submit">{app('action.next')}</Button>
        </Group>
      </Stack>
    </form>
  );
}

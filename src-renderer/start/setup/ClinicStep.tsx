import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { country, requiredLine } from '../../../src-shared/contract/primitives.ts';
import { FormError } from '../../ui/FormError.tsx';
import { useSchemaValidation } from '../../ui/form.ts';
import { StepHeading } from '../StepHeading.tsx';
import { countriesIn } from './countries.ts';

const schema = z.object({ clinicName: requiredLine(120), country, workstationName: requiredLine(60) });
export type ClinicAnswers = z.infer<typeof schema>;

type ClinicStepProps = {
  readonly answers: ClinicAnswers;
  readonly error: unknown;
  readonly onBack: () => void;
  readonly onNext: (answers: ClinicAnswers) => void;
};

export function ClinicStep({ answers, error, onBack, onNext }: ClinicStepProps) {
  const { t, i18n } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const validation = useSchemaValidation();
  const form = useForm<ClinicAnswers>({
    mode: 'controlled',
    initialValues: answers,
    validate: validation(schema, { country: 'start:setup.clinic.choose-country' }),
  });
  const countries = useMemo(() => countriesIn(i18n.language), [i18n.language]);
  return (
    <form onSubmit={form.onSubmit(onNext)} noValidate>
      <StepHeading focus={false}>{t('setup.clinic.title')}</StepHeading>
      <p className="ck-start-text">{t('setup.clinic.text')}</p>
      <Stack gap={14}>
        <TextInput label={t('setup.clinic.name')} autoFocus maxLength={120} {...form.getInputProps('clinicName')} />
        <Select
          label={t('setup.clinic.country')}
          data={countries}
          searchable
          // what is typed takes the place of the country that was guessed; a click after the focus would undo the selection
          onClick={(event) => event.currentTarget.select()}
          nothingFoundMessage={t('setup.clinic.no-country')}
          {...form.getInputProps('country')}
          onChange={(value) => form.setFieldValue('country', value ?? '')}
        />
        <TextInput
          label={t('setup.clinic.workstation')}
          description={t('setup.clinic.workstation-hint')}
          maxLength={60}
          {...form.getInputProps('workstationName')}
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

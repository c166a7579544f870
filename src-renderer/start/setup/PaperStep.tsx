import { Button, Group, Radio, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KitForm } from '../../../src-shared/contract/app.ts';
import { StepHeading } from '../StepHeading.tsx';

type PaperStepProps = {
  readonly form: KitForm;
  readonly onBack: () => void;
  readonly onNext: (form: KitForm) => void;
};

/** How the recovery kit is to be kept: on one sheet, or on three of which two suffice. */
export function PaperStep({ form, onBack, onNext }: PaperStepProps) {
  const { t } = useTranslation('start');
  const { t: app } = useTranslation('app');
  const [chosen, setChosen] = useState<KitForm>(form);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onNext(chosen);
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepHeading>{t('setup.paper.title')}</StepHeading>
      <p className="ck-start-text">{t('setup.paper.text')}</p>
      <KitFormChoice value={chosen} onChange={setChosen} />
      <Group justify="space-between" mt="lg">
        <Button variant="default" onClick={onBack}>
          {app('action.back')}
        </Button>
        <Button type="submit">{app('action.next')}</Button>
      </Group>
    </form>
  );
}

type KitFormChoiceProps = { readonly value: KitForm; readonly onChange: (form: KitForm) => void };

export function KitFormChoice({ value, onChange }: KitFormChoiceProps) {
  const { t } = useTranslation('start');
  return (
    <Radio.Group
      label={t('setup.paper.label')}
      value={value}
      onChange={(next) => onChange(next === 'shares' ? 'shares' : 'code')}
    >
      <Stack gap={8} mt={6}>
        {(['code', 'shares'] as const).map((form) => (
          <Radio.Card key={form} value={form} className="ck-choice">
            <Group gap={10} wrap="nowrap" align="flex-start">
              <Radio.Indicator />
              <span>
                {t(`setup.paper.${form}.label`)}
                <span className="ck-choice-text">{t(`setup.paper.${form}.text`)}</span>
              </span>
            </Group>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}

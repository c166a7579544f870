import { Button, Group, Radio, Stack, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isLanguage, languageNames, languages, setLanguage } from '../../i18n.ts';
import { StepHeading } from '../StepHeading.tsx';

type LanguageStepProps = {
  readonly onNext: () => void;
  readonly onJoin: () => void;
  readonly onMoved: () => void;
};

export function LanguageStep({ onNext, onJoin, onMoved }: LanguageStepProps) {
  const { t, i18n } = useTranslation('start');
  const { t: app } = useTranslation('app');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <StepHeading>{t('setup.language.title')}</StepHeading>
      <p className="ck-start-text">{t('setup.language.text')}</p>
      <Radio.Group
        label={t('setup.language.label')}
        value={i18n.language}
        onChange={(value) => {
          if (isLanguage(value)) void setLanguage(value);
        }}
      >
        <Stack gap={8} mt={6}>
          {languages.map((language) => (
            <Radio.Card key={language} value={language} className="ck-choice" lang={language}>
              <Group gap={10}>
                <Radio.Indicator />
                <span>{languageNames[language]}</span>
              </Group>
            </Radio.Card>
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="space-between" mt="lg">
        <Button variant="default" onClick={onJoin}>
          {t('setup.language.join')}
        </Button>
        <Button type="submit">{app('action.next')}</Button>
      </Group>
      <p className="ck-start-note">
        <UnstyledButton className="ck-link" onClick={onMoved}>
          {t('setup.language.moved')}
        </UnstyledButton>
      </p>
    </form>
  );
}

import { Button, Group, Radio, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isLanguage, languageNames, languages, setLanguage } from '../../i18n.ts';
import { StepHeading } from '../StepHeading.tsx';

export function LanguageStep({ onNext }: { readonly onNext: () => void }) {
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
      <Group justify="flex-end" mt="lg">
        <Button type="submit">{app('action.next')}</Button>
      </Group>
    </form>
  );
}

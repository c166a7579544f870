import { Menu, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isLanguage, languageNames, languages, setLanguage } from '../i18n.ts';

export function LanguageMenu() {
  const { t, i18n } = useTranslation('start');
  const current = isLanguage(i18n.language) ? i18n.language : 'en';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton className="ck-link" aria-label={t('language.choose', { name: languageNames[current] })}>
          {languageNames[current]} <span aria-hidden="true">▾</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map((language) => (
          <Menu.Item key={language} lang={language} onClick={() => void setLanguage(language)}>
            {languageNames[language]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

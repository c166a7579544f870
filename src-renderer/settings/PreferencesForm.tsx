import { Group, NativeSelect, Radio, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Preferences, preferences as schema } from '../../src-shared/contract/people.ts';
import { useSession } from '../app/session.tsx';
import { useAction } from '../client.ts';
import { isLanguage, languageNames, languages } from '../i18n.ts';
import { announce, FormError } from '../ui/index.ts';

const themes = schema.shape.theme.options;

/** Language and theme. Each choice takes effect at once and is kept with the user, on every workstation. */
export function PreferencesForm() {
  const { t } = useTranslation('settings');
  const { preferences } = useSession();
  const change = useAction('sessions.setPreferences', { stale: ['sessions.current'] });
  // the choice shows at once; core's answer follows
  const shown = change.isPending ? change.variables : preferences;
  const save = (part: Partial<Preferences>) => {
    change.mutate({ ...preferences, ...part }, { onSuccess: () => announce(t('saved')) });
  };
  return (
    <Stack gap={14}>
      <NativeSelect
        label={t('preferences.language')}
        className="ck-narrow"
        value={shown.language}
        data={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={(event) => {
          const { value } = event.currentTarget;
          if (isLanguage(value)) save({ language: value });
        }}
      />
      <Radio.Group
        label={t('preferences.theme')}
        value={shown.theme}
        onChange={(value) => {
          const theme = themes.find((known) => known === value);
          if (theme !== undefined) save({ theme });
        }}
      >
        <Group gap={18} mt={4}>
          {themes.map((theme) => (
            <Radio key={theme} value={theme} label={t(`preferences.themes.${theme}`)} />
          ))}
        </Group>
      </Radio.Group>
      <FormError error={change.error} />
    </Stack>
  );
}

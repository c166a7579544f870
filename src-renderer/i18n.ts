/** Texts: JSON per language and namespace, bundled whole, so that changing the language needs no load. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type Language, language as languageSchema } from '../src-shared/contract/primitives.ts';

const files = import.meta.glob<Record<string, unknown>>('../resources/translations/*/*.json', {
  eager: true,
  import: 'default',
});

const resources: Record<string, Record<string, Record<string, unknown>>> = {};
for (const [path, texts] of Object.entries(files)) {
  const [file = '', language = ''] = path.split('/').reverse();
  resources[language] = { ...resources[language], [file.replace(/\.json$/, '')]: texts };
}

export const languages: readonly Language[] = languageSchema.options;
/** Languages by their own name: readable for who cannot read the current one. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  es: 'Español',
  de: 'Deutsch',
  fr: 'Français',
};

export function isLanguage(text: string): text is Language {
  return languageSchema.safeParse(text).success;
}

/** The first of the system's languages that Carekeep speaks, else English. */
export function systemLanguage(): Language {
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en';
}

export async function setLanguage(next: Language): Promise<void> {
  document.documentElement.lang = next;
  await i18next.changeLanguage(next);
}

const first = systemLanguage();
document.documentElement.lang = first;
void i18next.use(initReactI18next).init({
  resources,
  lng: first,
  fallbackLng: 'en',
  ns: Object.keys(resources.en ?? {}),
  defaultNS: 'app',
  // React escapes what it draws
  interpolation: { escapeValue: false },
  returnNull: false,
});

export { i18next };

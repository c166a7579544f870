import { useTranslation } from 'react-i18next';

/** Of a crash report, to read out over a telephone: it holds a time and nothing else. */
export function StopReference({ reference }: { readonly reference: string | null }) {
  const { t } = useTranslation('app');
  if (reference === null) return null;
  return <span className="ck-stop-reference">{t('crash.reference', { reference })}</span>;
}

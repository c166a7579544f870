import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Mark } from '../ui/Mark.tsx';
import { StopReference } from '../ui/StopReference.tsx';

/** When a screen breaks: calm, says that drafts are safe, names nobody and shows no error text. */
export function CrashScreen({ reference }: { readonly reference: string | null }) {
  const { t } = useTranslation('app');
  return (
    <main className="ck-crash" role="alert">
      <Mark size={36} />
      <h1>{t('crash.title')}</h1>
      <p>{t('crash.text')}</p>
      <StopReference reference={reference} />
      <Button onClick={() => window.location.reload()}>{t('crash.reload')}</Button>
    </main>
  );
}

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { referencePattern } from '../../src-shared/contract/stops.ts';
import { Mark } from '../ui/Mark.tsx';
import { StopReference } from '../ui/StopReference.tsx';

const stoppedHash = '#stopped=';

/** Main says in the address that there is no core any more. @returns undefined where there is one */
export function stoppedIn(hash: string): { readonly reference: string | null } | undefined {
  if (!hash.startsWith(stoppedHash)) return undefined;
  const reference = hash.slice(stoppedHash.length);
  return { reference: referencePattern.test(reference) ? reference : null };
}

/** When core cannot be kept alive: nothing to ask, nothing to show but what to do next. */
export function StoppedScreen({ reference }: { readonly reference: string | null }) {
  const { t } = useTranslation('app');
  return (
    <main className="ck-crash" role="alert">
      <Mark size={36} />
      <h1>{t('crash.stopped.title')}</h1>
      <p>{t('crash.stopped.text')}</p>
      <StopReference reference={reference} />
      <Button onClick={() => window.close()}>{t('crash.stopped.close')}</Button>
    </main>
  );
}

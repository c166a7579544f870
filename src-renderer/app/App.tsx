import { useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../../src-shared/contract/people.ts';
import { call, keyOf, onSessionLost, useProcedure } from '../client.ts';
import { setLanguage } from '../i18n.ts';
import { OwedScreen } from '../start/OwedScreen.tsx';
import { StartScreen } from '../start/StartScreen.tsx';
import { Mark } from '../ui/Mark.tsx';
import { ErrorState } from '../ui/states.tsx';
import { InstallingScreen, OfferProvider } from '../updates/index.ts';
import { flushAll } from './before-lock.ts';
import { landingOf } from './landing.ts';
import { LockContext, VeilContext } from './lock.tsx';
import { newRouter } from './router.tsx';
import { SessionProvider } from './session.tsx';

/** Decides between the start screens and the frame. */
export function App() {
  const { t } = useTranslation('app');
  const status = useProcedure('app.status', {}, { staleTime: Number.POSITIVE_INFINITY });
  const current = useProcedure(
    'sessions.current',
    {},
    { enabled: status.data?.signedIn === true, staleTime: Number.POSITIVE_INFINITY },
  );
  const client = useQueryClient();
  const [covered, setCovered] = useState<'locking' | 'veiling' | null>(null);
  /** An update was chosen at the sign-in screen: asked about once somebody is in. */
  const [askNow, setAskNow] = useState(false);
  const [installing, setInstalling] = useState<string | null>(null);
  const { setColorScheme } = useMantineColorScheme();
  const session = current.data?.session ?? null;
  const preferences = session?.preferences ?? status.data?.veiled?.preferences;
  const language = preferences?.language ?? status.data?.language ?? null;
  const colors = preferences?.theme ?? 'system';

  useEffect(() => {
    if (language !== null) void setLanguage(language);
  }, [language]);
  useEffect(() => setColorScheme(colors === 'system' ? 'auto' : colors), [colors, setColorScheme]);

  const startOver = useCallback(async () => {
    client.clear();
    try {
      await client.fetchQuery({ queryKey: keyOf('app.status', {}), queryFn: () => call('app.status', {}) });
    } catch {
      // the status query below holds the same error and shows it
    }
    setCovered(null);
    setAskNow(false);
  }, [client]);
  const endInstalling = useCallback(() => {
    setInstalling(null);
    void startOver();
  }, [startOver]);
  useEffect(() => onSessionLost(() => void startOver()), [startOver]);

  const leave = useCallback(
    async (how: 'locking' | 'veiling') => {
      setCovered(how);
      await flushAll();
      try {
        // the shell replaces this page; nothing after this line is certain to run
        await call(how === 'locking' ? 'sessions.lock' : 'sessions.veil', {});
      } catch {
        // core may be gone before it answers, which is a lock too; what holds is asked next
      }
      await startOver();
    },
    [startOver],
  );

  const signedIn = useCallback(
    (next: Session) => {
      client.setQueryData(keyOf('sessions.current', {}), { session: next });
      if (status.data !== undefined) {
        client.setQueryData(keyOf('app.status', {}), { ...status.data, signedIn: true, veiled: null });
      }
    },
    [client, status.data],
  );

  if (installing !== null) return <InstallingScreen version={installing} onEnded={endInstalling} />;
  if (covered !== null) return <Cover text={t(`frame.${covered}`)} />;
  if (status.isError) return <ErrorState error={status.error} onRetry={() => void status.refetch()} />;
  if (status.data === undefined || (status.data.signedIn && current.isPending))
    return <Cover text={t('state.loading')} />;
  if (session === null)
    return <StartScreen status={status.data} askNow={askNow} onAskNow={setAskNow} onSignedIn={signedIn} />;
  if (session.owes !== null) {
    return (
      <OwedScreen status={status.data} session={session} onSession={signedIn} onLeave={() => void leave('locking')} />
    );
  }
  return (
    <LockContext value={() => void leave('locking')}>
      <VeilContext value={() => void leave('veiling')}>
        <SessionProvider session={session}>
          <OfferProvider key={session.userId} askNow={askNow} onInstalling={setInstalling}>
            <Rooms session={session} />
          </OfferProvider>
        </SessionProvider>
      </VeilContext>
    </LockContext>
  );
}

function Rooms({ session }: { readonly session: Session }) {
  // one router a sign-in: preferences may change meanwhile, the place one stands at must not
  // biome-ignore lint/correctness/useExhaustiveDependencies: the user's id is what makes it another sign-in
  const router = useMemo(() => newRouter(landingOf(session)), [session.userId]);
  return <RouterProvider router={router} />;
}

function Cover({ text }: { readonly text: string }) {
  return (
    <main className="ck-cover" aria-busy="true">
      <Mark size={40} />
      <p>{text}</p>
    </main>
  );
}

import { Outlet } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, useCoreEvent } from '../client.ts';
import { FindOverlay } from '../find/index.ts';
import { MaintenanceScreen } from '../keys/MaintenanceScreen.tsx';
import { useShortcut } from '../ui/hotkeys.ts';
import { useActivity } from './activity.ts';
import { flushAll } from './before-lock.ts';
import { preloadChart } from './chart-page.ts';
import { useLock, useVeil } from './lock.tsx';
import { usePlace } from './navigation.ts';
import { Rail } from './Rail.tsx';
import { useSession } from './session.tsx';
import { TopBar } from './TopBar.tsx';

/** Rail, top bar and the page; search floats over it from anywhere. */
export function Frame() {
  const { t } = useTranslation('app');
  const { can } = useSession();
  const place = usePlace();
  const lock = useLock();
  const veil = useVeil();
  const [finding, setFinding] = useState(false);

  useActivity();
  useShortcut('find', () => setFinding(true), can('patient:read'));
  useShortcut('lock', lock);
  useShortcut('veil', () => veil?.(), veil !== null);
  useCoreEvent('locks-in', ({ seconds }) => {
    if (seconds <= 5) void flushAll();
  });
  useEffect(() => {
    // the next thing done here is to open a chart: its code is there before it is asked for
    if (can('patient:read')) preloadChart();
  }, [can]);
  useEffect(() => {
    // only a convenience for the next sign-in: if it fails, that one begins at the landing page
    call('sessions.remember', place).catch(() => undefined);
  }, [place]);

  return (
    <div className="ck-frame">
      <a className="ck-skip" href="#page">
        {t('frame.skip')}
      </a>
      <Rail place={place} onLock={lock} />
      <TopBar onFind={() => setFinding(true)} onLock={lock} onVeil={veil} />
      <main className="ck-page" id="page" tabIndex={-1}>
        <Outlet />
      </main>
      <MaintenanceScreen />
      {can('patient:read') && <FindOverlay opened={finding} onClose={() => setFinding(false)} />}
    </div>
  );
}

import { styleNonce } from './nonce.ts';
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/dates/styles.css';
import '@mantine/charts/styles.css';
import '@mantine/notifications/styles.css';
import './theme.css';
import './ui/ui.css';
import './app/app.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { ErrorBoundary } from './app/ErrorBoundary.tsx';
import { StoppedScreen, stoppedIn } from './app/StoppedScreen.tsx';
import { newQueryClient } from './client.ts';
import { colorSchemes } from './color-scheme.ts';
import { watchCopying } from './copying.ts';
import './i18n.ts';
import { cssVariablesResolver, theme } from './theme.ts';
import { LiveRegion } from './ui/LiveRegion.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no root');

watchCopying();
const stopped = stoppedIn(window.location.hash);
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      getStyleNonce={() => styleNonce}
      colorSchemeManager={colorSchemes}
      defaultColorScheme="auto"
    >
      <ErrorBoundary>
        <QueryClientProvider client={newQueryClient()}>
          {stopped === undefined ? <App /> : <StoppedScreen reference={stopped.reference} />}
          <LiveRegion />
          <Notifications position="bottom-right" />
        </QueryClientProvider>
      </ErrorBoundary>
    </MantineProvider>
  </StrictMode>,
);

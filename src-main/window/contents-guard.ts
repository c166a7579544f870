/**
 * What holds for ANY web contents, session and process of the application, ours or not: Electron asks here first, and
 * the answer is no. Our own page needs none of it, so there is no list of exceptions but a reload of that page.
 */
import { app, type Session, type WebContents } from 'electron';
import { mayNavigate } from './address.ts';
import { denyEverythingElse } from './session-rules.ts';

function guardContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => {
    // there are no frames inside our page; one that a page made goes nowhere
    if (!event.isMainFrame || !mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-navigate', (event) => {
    if (!mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  // A page cannot hold itself open: prevented here means that it unloads.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  contents.on('select-bluetooth-device', (event, _devices, answer) => {
    event.preventDefault();
    answer('');
  });
  // Everything the page needs is in the bundle: no address of this machine is ever told to a server.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  const type = contents.getType();
  if (type === 'webview' || type === 'backgroundPage' || type === 'offscreen') contents.close();
}

/** Call once, before anything is made. */
export function guardEverything(): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('session-created', (session: Session) => denyEverythingElse(session));
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer();
  });
  app.on('login', (event, _contents, _details, _info, answer) => {
    event.preventDefault();
    answer();
  });
}

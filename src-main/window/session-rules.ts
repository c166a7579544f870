/** What a window's session may do besides showing our bundle: nothing. */
import type { Session } from 'electron';
import { mayLoad } from './address.ts';

export function denyEverythingElse(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }));
  // Files leave through core, which asks main for a place; the page itself saves nothing.
  session.on('will-download', (event) => event.preventDefault());
}

/** What a session may do besides showing our bundle: nothing. */
import type { Session } from 'electron';
import { mayLoad } from './address.ts';

/** No packet can be sent to port 0: whatever is asked to go there stays in this process. */
const nowhere = '127.0.0.1:0';

const guarded = new WeakSet<Session>();

/** For every session there is; safe to call again. */
export function denyEverythingElse(session: Session): void {
  if (guarded.has(session)) return;
  guarded.add(session);
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url) }));
  // Files leave through core, which asks main for a place; the page itself saves nothing.
  session.on('will-download', (event) => event.preventDefault());
}

/** Systems that check spelling themselves: no dictionary is fetched, and no word leaves the machine. */
export function checksSpelling(platform: string): boolean {
  return platform === 'darwin' || platform === 'win32';
}

/**
 * For the sessions of our windows. Requests are refused above; what Chromium does not ask about (WebRTC, hints to look
 * a name up, dictionaries) is sent to nowhere.
 */
export async function leadNowhere(session: Session, platform: string): Promise<void> {
  session.setSpellCheckerEnabled(checksSpelling(platform));
  session.setSpellCheckerDictionaryDownloadURL(`https://${nowhere}/`);
  await session.setProxy({ mode: 'fixed_servers', proxyRules: nowhere, proxyBypassRules: '<-loopback>' });
}

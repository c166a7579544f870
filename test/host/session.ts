/** session and protocol: what main registered, asked by the window's requests. */
import { EventEmitter } from 'node:events';
import type { OnBeforeRequestListenerDetails, Protocol, Session, WebRequest } from 'electron';
import { app } from './app.ts';
import { obey } from './control.ts';
import { refuseUnknown } from './refuse.ts';
import { settings } from './settings.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type BeforeRequest = (
  details: OnBeforeRequestListenerDetails,
  answer: (response: { cancel?: boolean }) => void,
) => void;
type RequestHandler = Parameters<Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Session['setPermissionCheckHandler']>[0];
type DeviceHandler = Parameters<Session['setDevicePermissionHandler']>[0];

type DisplayHandler = Parameters<Session['setDisplayMediaRequestHandler']>[0];

export class HostSession
  extends EventEmitter
  implements
    Pick<
      Session,
      | 'setPermissionRequestHandler'
      | 'setPermissionCheckHandler'
      | 'setDevicePermissionHandler'
      | 'setDisplayMediaRequestHandler'
      | 'setBluetoothPairingHandler'
      | 'setSpellCheckerEnabled'
      | 'setSpellCheckerDictionaryDownloadURL'
      | 'setProxy'
    >
{
  private readonly set: Record<string, unknown> = {};
  private onDisplay: DisplayHandler = null;
  constructor(partition = '', options: object = {}) {
    super();
    settings.sessions.push({ partition, set: this.set });
    Object.assign(this.set, { options });
  }
  private readonly handlers = new Map<string, Handler>();
  private before: BeforeRequest | undefined;
  private onRequest: RequestHandler = null;
  private onCheck: CheckHandler = null;
  private onDevice: DeviceHandler = null;

  readonly protocol: Pick<Protocol, 'isProtocolHandled'> & { handle: (scheme: string, handler: Handler) => void } =
    refuseUnknown('Protocol', {
      handle: (scheme: string, handler: Handler) => void this.handlers.set(scheme, handler),
      isProtocolHandled: (scheme: string) => this.handlers.has(scheme),
    });
  readonly webRequest: { readonly [K in keyof WebRequest & 'onBeforeRequest']: (listener: BeforeRequest) => void } =
    refuseUnknown('WebRequest', {
      onBeforeRequest: (listener: BeforeRequest) => {
        this.before = listener;
      },
    });

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.onRequest = handler;
  }
  setPermissionCheckHandler(handler: CheckHandler): void {
    this.onCheck = handler;
  }
  setDevicePermissionHandler(handler: DeviceHandler): void {
    this.onDevice = handler;
  }

  setDisplayMediaRequestHandler(handler: DisplayHandler): void {
    this.onDisplay = handler;
  }
  // Chromium as it runs here has none of the next; that main set them is what the tests look at.
  setBluetoothPairingHandler(handler: Parameters<Session['setBluetoothPairingHandler']>[0]): void {
    this.set['bluetoothPairing'] = handler;
  }
  setSpellCheckerEnabled(enable: boolean): void {
    this.set['spellChecker'] = enable;
  }
  setSpellCheckerDictionaryDownloadURL(url: string): void {
    this.set['dictionaries'] = url;
  }
  async setProxy(config: Parameters<Session['setProxy']>[0]): Promise<void> {
    this.set['proxy'] = config;
  }

  /** Streams a page would get of the screen; Electron gives none where no handler is set. */
  displayMedia(): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.onDisplay === null) resolve(null);
      else Reflect.apply(this.onDisplay, undefined, [{ frame: null, videoRequested: true }, resolve]);
    });
  }

  /** What the page would get, asked the way Chromium would. Unset handlers grant, as in Electron. */
  permissionAnswers(permission: string): Promise<{ request: boolean; check: boolean; device: boolean }> {
    const check = this.onCheck === null || Reflect.apply(this.onCheck, undefined, [null, permission, '', {}]) === true;
    const device = this.onDevice === null || Reflect.apply(this.onDevice, undefined, [{}]) === true;
    return new Promise((resolve) => {
      const answered = (request: boolean): void => resolve({ request, check, device });
      if (this.onRequest === null) answered(true);
      else Reflect.apply(this.onRequest, undefined, [null, permission, answered, {}]);
    });
  }

  mayLoad(details: Pick<OnBeforeRequestListenerDetails, 'url' | 'method'>): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.before === undefined) resolve(true);
      else
        Reflect.apply(this.before, undefined, [
          details,
          (answer: { cancel?: boolean }) => resolve(answer.cancel !== true),
        ]);
    });
  }

  /** The answer of the scheme's handler; undefined where none is registered. */
  async answer(address: string, method: string): Promise<Response | undefined> {
    const handler = this.handlers.get(address.slice(0, address.indexOf(':')));
    return handler === undefined ? undefined : await handler(new Request(address, { method }));
  }
}

const partitions = new Map<string, HostSession>();
let latest: HostSession | undefined;

export const session = refuseUnknown('session', {
  /** No window uses it: it answers what the system says of proxies, which is nothing here. */
  defaultSession: refuseUnknown('Session', { resolveProxy: async (_url: string) => 'DIRECT' }),
  fromPartition(partition: string, options: object = {}): HostSession {
    const known = partitions.get(partition);
    if (known !== undefined) return known;
    const made = refuseUnknown('Session', new HostSession(partition, options));
    partitions.set(partition, made);
    latest = made;
    app.emit('session-created', made);
    return made;
  },
});

export const protocol = refuseUnknown('protocol', {
  /** Every scheme is served as https here, which has all privileges. */
  registerSchemesAsPrivileged(schemes: Parameters<Protocol['registerSchemesAsPrivileged']>[0]): void {
    settings.schemes.push(...schemes);
  },
});

obey({
  serve: async ({ address }) => {
    const url = URL.parse(address)?.href ?? address; // as Chromium hands it on
    if (latest === undefined || !(await latest.mayLoad({ url, method: 'GET' }))) {
      return { loaded: false, status: 404, text: '' };
    }
    const answer = await latest.answer(url, 'GET');
    return { loaded: true, status: answer?.status ?? 404, text: (await answer?.text()) ?? '' };
  },
  'ask-permission': async ({ permission }) => ({
    ...(await latest?.permissionAnswers(permission)),
    display: (await latest?.displayMedia()) !== null,
  }),
});

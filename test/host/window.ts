/**
 * BrowserWindow: one browser context with one page, so that each new window is drawn by a fresh renderer process.
 * Electron makes a window at once, Chromium takes a moment: what main asks meanwhile waits for it.
 */
import { EventEmitter } from 'node:events';
import type {
  BrowserWindowConstructorOptions,
  BrowserWindow as ElectronWindow,
  Rectangle,
  WebContents,
} from 'electron';
import type { BrowserContext, CDPSession, Page, Route } from 'playwright';
import { fromBrowser, toBrowser } from './addresses.ts';
import { app } from './app.ts';
import { headed, theBrowser } from './chromium.ts';
import { obey, report } from './control.ts';
import { heardFromPage } from './ipc.ts';
import { refuseUnknown } from './refuse.ts';
import { HostSession, session } from './session.ts';
import { settings } from './settings.ts';
import { openWorld } from './world.ts';

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];
type Opened = { readonly context: BrowserContext; readonly page: Page; readonly cdp: CDPSession };

class HostWebContents
  extends EventEmitter
  implements Pick<WebContents, 'setWindowOpenHandler' | 'setWebRTCIPHandlingPolicy' | 'getType'>
{
  readonly session: HostSession;
  openHandler: OpenHandler | undefined;
  private readonly set: Record<string, unknown> = {};
  constructor(own: HostSession) {
    super();
    this.session = own;
    settings.contents.push({ events: () => this.eventNames().map(String), set: this.set });
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
  setWebRTCIPHandlingPolicy(policy: Parameters<WebContents['setWebRTCIPHandlingPolicy']>[0]): void {
    this.set['webrtc'] = policy;
  }
  getType(): 'window' {
    return 'window';
  }
}

/** Electron's cancellable events, as far as main uses them. */
function cancellable<T extends object>(
  details: T,
): T & { preventDefault: () => void; readonly prevented: () => boolean } {
  let prevented = false;
  return {
    ...details,
    preventDefault: () => {
      prevented = true;
    },
    prevented: () => prevented,
  };
}

export class BrowserWindow
  extends EventEmitter
  implements
    Pick<
      ElectronWindow,
      | 'loadURL'
      | 'destroy'
      | 'isDestroyed'
      | 'getNormalBounds'
      | 'isMaximized'
      | 'isFullScreen'
      | 'isMinimized'
      | 'maximize'
      | 'restore'
      | 'focus'
      | 'getTitle'
      | 'setContentProtection'
    >
{
  readonly webContents: HostWebContents;
  private readonly options: BrowserWindowConstructorOptions;
  private readonly opened: Promise<Opened>;
  private readonly settings: { readonly preferences: Record<string, unknown>; protected: boolean };
  private destroyed = false;
  private maximized = false;
  private loading: string | undefined;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    this.options = options;
    const own = options.webPreferences?.session;
    this.webContents = refuseUnknown(
      'WebContents',
      new HostWebContents(own instanceof HostSession ? own : session.fromPartition('default')),
    );
    const { session: _own, ...preferences } = options.webPreferences ?? {};
    this.settings = { preferences: { ...preferences }, protected: false };
    settings.windows.push(this.settings);
    app.emit('web-contents-created', {}, this.webContents);
    latest = this;
    this.opened = this.open();
    // whoever loads hears of a failure; a window that nobody loads must not bring the host down
    this.opened.catch(() => {});
    return refuseUnknown('BrowserWindow', this);
  }

  private async open(): Promise<Opened> {
    const { width = 1280, height = 800, title = '', webPreferences = {} } = this.options;
    if (
      webPreferences.sandbox !== true ||
      webPreferences.contextIsolation !== true ||
      webPreferences.nodeIntegration !== false
    ) {
      throw new Error('the Chromium host has only sandboxed windows with an isolated preload');
    }
    const browser = await theBrowser();
    const context = await browser.newContext({ viewport: headed ? null : { width, height }, serviceWorkers: 'block' });
    await context.route('**/*', (route) => this.answer(route));
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const contents = this.webContents;
    if (webPreferences.preload !== undefined) {
      await openWorld(cdp, {
        preload: webPreferences.preload,
        title,
        argv: webPreferences.additionalArguments ?? [],
        heard: (senderFrame, channel, data) =>
          heardFromPage(channel, { sender: contents, senderFrame, ports: [] }, data),
      });
    }
    context.on('page', (popup) => {
      const answer = contents.openHandler?.({
        url: fromBrowser(popup.url()),
        frameName: '',
        features: '',
        disposition: 'new-window',
        referrer: { url: '', policy: 'no-referrer' },
      });
      if (answer?.action !== 'deny') console.error('[Chromium host] has no second windows');
      void popup.close();
    });
    page.on('download', (download) => {
      const event = cancellable({});
      contents.session.emit('will-download', event, {}, contents);
      if (!event.prevented()) console.error('[Chromium host] saves no downloads');
      void download.cancel();
    });
    page.on('crash', () => contents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }));
    page.on('pageerror', (error) => console.error(`[page] ${error.stack ?? error.message}`));
    page.on('close', () => {
      if (this.destroyed) return;
      this.emit('close', cancellable({}));
      this.gone();
    });
    const { targetInfo } = await cdp.send('Target.getTargetInfo');
    report({ kind: 'window', target: targetInfo.targetId });
    return { context, page, cdp };
  }

  /** Every request of the page: main's rules first, then main's handler; the network never. */
  private async answer(route: Route): Promise<void> {
    const request = route.request();
    const url = fromBrowser(request.url());
    const contents = this.webContents;
    try {
      if (request.isNavigationRequest()) {
        const isMainFrame = request.frame().parentFrame() === null;
        const event = cancellable({ url, isMainFrame, isSameDocument: false });
        if (!isMainFrame || this.loading !== url) contents.emit('will-frame-navigate', event);
        if (isMainFrame && this.loading !== url) contents.emit('will-navigate', event);
        // 'aborted' leaves the page as it is, as Electron does; any other reason would show an error page
        if (event.prevented()) return await route.abort('aborted');
        contents.emit('did-start-navigation', { url, isMainFrame, isSameDocument: false });
      }
      const method = request.method();
      const response = (await contents.session.mayLoad({ url, method }))
        ? await contents.session.answer(url, method)
        : undefined;
      if (response === undefined) return await route.abort('blockedbyclient');
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    } catch (error) {
      if (!this.destroyed) console.error('[Chromium host] request failed', error);
    }
  }

  async loadURL(url: string): Promise<void> {
    const { page } = await this.opened;
    this.loading = url;
    try {
      await page.goto(toBrowser(url), { waitUntil: 'load' });
    } finally {
      this.loading = undefined;
    }
    this.webContents.emit('did-finish-load');
  }

  destroy(): void {
    if (this.destroyed) return;
    this.gone();
    this.opened.then(
      ({ context }) => context.close(),
      () => {},
    );
  }

  private gone(): void {
    this.destroyed = true;
    this.webContents.emit('destroyed');
    this.emit('closed');
  }

  isDestroyed(): boolean {
    return this.destroyed;
  }
  getNormalBounds(): Rectangle {
    const { x = 0, y = 0, width = 1280, height = 800 } = this.options;
    return { x, y, width, height };
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  isFullScreen(): boolean {
    return this.options.fullscreen === true;
  }
  isMinimized(): boolean {
    return false;
  }
  maximize(): void {
    this.maximized = true;
  }
  restore(): void {}
  focus(): void {
    void this.opened.then(({ page }) => page.bringToFront());
  }
  /** Headless and Linux have no such thing; that main asked for it is what the tests look at. */
  setContentProtection(enable: boolean): void {
    this.settings.protected = enable;
  }
  /** For tests: what Electron tells of a process that died, hangs, or answers again. */
  breakScreen(how: 'crash' | 'hang' | 'answer'): void {
    if (how === 'crash') this.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    else this.emit(how === 'hang' ? 'unresponsive' : 'responsive');
  }
  getTitle(): string {
    return this.options.title ?? '';
  }
}

let latest: BrowserWindow | undefined;
obey({ 'break-screen': ({ how }) => latest?.breakScreen(how) });

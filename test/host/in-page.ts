/**
 * The two scripts that stand in for Electron's preload machinery. Their source is sent into the page, so each is
 * self-contained. The isolated one runs the preload; the main one defines what the preload exposes.
 *
 * They meet in a MessagePort that only they hold: its wrappers differ a world, the port is one, so an event
 * dispatched on it in one world is heard at once in the other, its data cloned on the way.
 */
import type { makeCodec } from './codec.ts';

export type PageSettings = {
  readonly binding: string;
  readonly token: string;
  readonly title: string;
  readonly argv: readonly string[];
  readonly platform: string;
  readonly versions: Readonly<Record<string, string>>;
};

/** What the isolated world says to the host. */
export type FromPage =
  | { readonly say: 'ipc'; readonly href: string; readonly channel: string; readonly data: unknown }
  | { readonly say: 'port'; readonly href: string; readonly port: number; readonly data: unknown }
  | { readonly say: 'port-closed'; readonly href: string; readonly port: number };
/** What the host says to the isolated world. */
export type ToPage =
  | { readonly say: 'ipc'; readonly channel: string; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly say: 'port'; readonly port: number; readonly data: unknown }
  | { readonly say: 'port-closed'; readonly port: number };

/** The name under which the isolated world hears the host. */
export const deliverName = 'carekeepHostDelivers';

type Shape = { v: unknown } | { f: number } | { o: [string, Shape][] } | { p: number } | { e: string };

export function mainWorld(settings: PageSettings): void {
  if (window.top !== window) return;
  const freeze = Object.freeze;

  function define(link: MessagePort, key: string, shape: Shape): void {
    const callbacks = new Map<number, (...args: unknown[]) => unknown>();
    const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
    let last = 0;
    let exposed = true;

    function deepFreeze(value: unknown): unknown {
      if (typeof value !== 'object' || value === null) return value;
      for (const one of Object.values(value)) deepFreeze(one);
      return freeze(value);
    }
    function describe(value: unknown): Shape {
      if (typeof value !== 'function') return { v: structuredClone(value) };
      last += 1;
      callbacks.set(last, (...args) => Reflect.apply(value, undefined, args));
      return { f: last };
    }
    function build(from: Shape): unknown {
      if ('v' in from) return exposed ? deepFreeze(from.v) : from.v;
      if ('e' in from) throw new Error(from.e);
      if ('o' in from) return freeze(Object.fromEntries(from.o.map(([name, one]) => [name, build(one)])));
      if ('p' in from) return new Promise((resolve, reject) => promises.set(from.p, { resolve, reject }));
      return (...args: unknown[]) => {
        let answer: Shape = { v: undefined };
        const hear = (event: MessageEvent): void => {
          answer = event.data;
        };
        const data = { f: from.f, args: args.map(describe) };
        link.addEventListener('answer', (event) => event instanceof MessageEvent && hear(event), { once: true });
        link.dispatchEvent(new MessageEvent('call', { data }));
        return build(answer);
      };
    }
    link.addEventListener('settle', (event) => {
      if (!(event instanceof MessageEvent)) return;
      const { p, shape: settled } = event.data;
      const promise = promises.get(p);
      promises.delete(p);
      try {
        promise?.resolve(build(settled));
      } catch (error) {
        promise?.reject(error instanceof Error ? error : new Error('rejected'));
      }
    });
    link.addEventListener('callback', (event) => {
      if (event instanceof MessageEvent) callbacks.get(event.data.f)?.(...event.data.args);
    });
    const api = build(shape);
    exposed = false;
    Object.defineProperty(window, key, { value: api, enumerable: true, writable: false, configurable: false });
  }

  const hear = (event: Event): void => {
    event.stopImmediatePropagation();
    const link = event instanceof MessageEvent ? event.ports[0] : undefined;
    if (link !== undefined && event instanceof MessageEvent) define(link, event.data.key, event.data.shape);
  };
  window.addEventListener(settings.token, hear, { once: true });
  window.dispatchEvent(new Event(`${settings.token}?`));
}

export function isolatedWorld(
  settings: PageSettings,
  make: typeof makeCodec,
  deliver: string,
  preload: (
    require: (name: string) => unknown,
    module: { exports: unknown },
    exports: unknown,
    process: unknown,
  ) => void,
): void {
  if (window.top !== window) return;
  const bytes: { fromBase64?: (text: string) => Uint8Array } = Object(Uint8Array);
  const codec = make({
    to: (value) => Reflect.apply(Reflect.get(Uint8Array.prototype, 'toBase64'), value, []),
    from: (text) => bytes.fromBase64?.(text) ?? new Uint8Array(),
  });
  const binding: (text: string) => void = Reflect.get(globalThis, settings.binding);
  const say = (message: FromPage): void => binding(codec.encode(message));

  // ipcRenderer, with its ports
  const heard = new Map<string, Set<(event: unknown, data: unknown) => void>>();
  const ports = new Map<number, MessagePort>();
  function portFromHost(id: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => say({ say: 'port', href: location.href, port: id, data });
    port1.addEventListener('close', () => say({ say: 'port-closed', href: location.href, port: id }));
    ports.set(id, port1);
    return port2;
  }
  Object.defineProperty(globalThis, deliver, {
    value: (text: string): void => {
      const message: ToPage = Object(codec.decode(text));
      if (message.say === 'port') ports.get(message.port)?.postMessage(message.data);
      else if (message.say === 'port-closed') ports.get(message.port)?.close();
      else {
        const event = { ports: message.ports.map(portFromHost) };
        for (const listener of heard.get(message.channel) ?? []) listener(event, message.data);
      }
    },
  });
  const listen = (channel: string, listener: (event: unknown, data: unknown) => void): void => {
    heard.set(channel, (heard.get(channel) ?? new Set()).add(listener));
  };
  const ipcRenderer = {
    send: (channel: string, data: unknown): void => say({ say: 'ipc', href: location.href, channel, data }),
    on: listen,
    once: (channel: string, listener: (event: unknown, data: unknown) => void): void => {
      const first = (event: unknown, data: unknown): void => {
        heard.get(channel)?.delete(first);
        listener(event, data);
      };
      listen(channel, first);
    },
  };

  // contextBridge
  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown): void => {
      const link = new MessageChannel().port1;
      const functions = new Map<number, (...args: unknown[]) => unknown>();
      let last = 0;
      function describe(value: unknown): Shape {
        last += 1;
        const id = last;
        if (typeof value === 'function') {
          functions.set(id, (...args) => Reflect.apply(value, undefined, args));
          return { f: id };
        }
        if (value instanceof Promise) {
          value.then(
            (settled) => settle(id, describe(settled)),
            (error) => settle(id, { e: String(error?.message ?? error) }),
          );
          return { p: id };
        }
        if (
          typeof value === 'object' &&
          value !== null &&
          Object.values(value).some((one) => typeof one === 'function')
        ) {
          return { o: Object.entries(value).map(([name, one]) => [name, describe(one)]) };
        }
        return { v: value };
      }
      const settle = (p: number, shape: Shape): void => {
        link.dispatchEvent(new MessageEvent('settle', { data: { p, shape } }));
      };
      const argument = (shape: Shape): unknown => {
        if ('v' in shape) return shape.v;
        if (!('f' in shape)) return undefined;
        return (...args: unknown[]) =>
          void link.dispatchEvent(new MessageEvent('callback', { data: { f: shape.f, args } }));
      };
      link.addEventListener('call', (event) => {
        if (!(event instanceof MessageEvent)) return;
        const { f, args } = event.data;
        let answer: Shape;
        try {
          answer = describe(functions.get(f)?.(...args.map(argument)));
        } catch (error) {
          answer = { e: error instanceof Error ? error.message : 'failed' };
        }
        link.dispatchEvent(new MessageEvent('answer', { data: answer }));
      });
      const data = { key, shape: describe(api) };
      const show = (): void => void window.dispatchEvent(new MessageEvent(settings.token, { data, ports: [link] }));
      window.addEventListener(`${settings.token}?`, show, { once: true });
      show();
    },
  };

  // The host says what it is in the title, whatever the page calls itself.
  document.addEventListener('DOMContentLoaded', () => {
    const mark = (): void => {
      if (document.title !== settings.title) document.title = settings.title;
    };
    mark();
    const title = document.querySelector('title');
    if (title !== null)
      new MutationObserver(mark).observe(title, { childList: true, characterData: true, subtree: true });
  });

  const module = { exports: {} };
  const electron: Readonly<Record<string, unknown>> = { contextBridge, ipcRenderer };
  const required = new Proxy(electron, {
    get(target, name) {
      if (typeof name === 'string' && !(name in target))
        throw new Error(`the Chromium host has no ${name} in a preload`);
      return Reflect.get(target, name);
    },
  });
  preload(
    (name) => {
      if (name !== 'electron') throw new Error(`a sandboxed preload cannot require ${name}`);
      return required;
    },
    module,
    module.exports,
    { argv: settings.argv, platform: settings.platform, versions: settings.versions },
  );
}

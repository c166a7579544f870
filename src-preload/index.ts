/**
 * Holds the document's one port to core and shows the page a frozen object with two functions.
 * Nothing here knows a procedure: core parses and decides.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { type CallReply, type CarekeepBridge, portChannel } from '../src-shared/bridge.ts';
import type { CoreEventName } from '../src-shared/contract/events.ts';
import type { CallMessage, PortMessage } from '../src-shared/wire.ts';

/** Spelled here and checked against the contract by its type: the contract's own file would bring all of zod in. */
const eventNames: Readonly<Record<CoreEventName, true>> = {
  progress: true,
  'locks-in': true,
  'record-changed': true,
  alarm: true,
  'sync-changed': true,
  'update-changed': true,
};

const waiting = new Map<number, (reply: CallReply) => void>();
const listeners = new Map<string, Set<(data: unknown) => void>>();
const beforePort: CallMessage[] = [];
let port: MessagePort | undefined;
let closed = false;
let lastId = 0;

const coreGone: CallReply = { ok: false, error: { code: 'internal' } };
/** Core does not look at longer names, and would never answer. */
const longestName = 100;
const noSuchProcedure: CallReply = { ok: false, error: { code: 'unknown-procedure' } };
/** A function, a node of the page: what no message carries. */
const notAMessage: CallReply = { ok: false, error: { code: 'invalid-input' } };

function receive(message: PortMessage): void {
  if ('event' in message) {
    for (const listener of listeners.get(message.event) ?? []) listener(message.data);
    return;
  }
  const settle = waiting.get(message.id);
  waiting.delete(message.id);
  settle?.(message.ok ? { ok: true, value: message.value } : { ok: false, error: message.error });
}

function close(): void {
  closed = true;
  for (const settle of waiting.values()) settle(coreGone);
  waiting.clear();
}

/** Sends it, or answers it here: one call that cannot be sent must not take others along. */
function post(through: MessagePort, message: CallMessage): void {
  try {
    through.postMessage(message);
  } catch {
    const settle = waiting.get(message.id);
    waiting.delete(message.id);
    settle?.(notAMessage);
  }
}

ipcRenderer.once(portChannel, (event) => {
  port = event.ports[0];
  if (port === undefined) return close();
  port.onmessage = ({ data }: MessageEvent<PortMessage>) => receive(data);
  port.addEventListener('close', close);
  for (const message of beforePort.splice(0)) post(port, message);
});
ipcRenderer.send(portChannel);

function call(procedure: string, input: unknown): Promise<CallReply> {
  if (closed) return Promise.resolve(coreGone);
  if (typeof procedure !== 'string' || procedure.length > longestName) return Promise.resolve(noSuchProcedure);
  lastId += 1;
  const message: CallMessage = { id: lastId, procedure, input };
  return new Promise((resolve) => {
    waiting.set(message.id, resolve);
    if (port === undefined) beforePort.push(message);
    else post(port, message);
  });
}

function onEvent(name: CoreEventName, listener: (data: never) => void): () => void {
  if (!Object.hasOwn(eventNames, name)) throw new TypeError('no such event');
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set);
  const heard = (data: unknown): void => Reflect.apply(listener, undefined, [data]);
  set.add(heard);
  return () => void set.delete(heard);
}

const versionFlag = '--carekeep-version=';
const bridge: CarekeepBridge = Object.freeze({
  call,
  onEvent,
  platform: Object.freeze({
    version: process.argv.find((argument) => argument.startsWith(versionFlag))?.slice(versionFlag.length) ?? '',
    host: 'electron' in process.versions ? 'electron' : 'chromium',
    os: process.platform,
  }),
});
contextBridge.exposeInMainWorld('carekeep', bridge);

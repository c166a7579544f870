/**
 * Loaded with `--import` into what main forks as a utility process: sets up `process.parentPort` as Electron does.
 * The child ends when the host's channel does.
 */
import { EventEmitter } from 'node:events';
import type { MessagePortMain, ParentPort } from 'electron';
import { refuseUnknown } from './refuse.ts';
import { isUtilityMessage, type UtilityMessage } from './utility-wire.ts';

function send(message: UtilityMessage): void {
  process.send?.(message);
}

class ChildPort extends EventEmitter implements Pick<MessagePortMain, 'postMessage' | 'start' | 'close'> {
  private started = false;
  private open = true;
  private readonly queue: unknown[] = [];
  private readonly id: number;
  constructor(id: number) {
    super();
    this.id = id;
  }
  postMessage(data: unknown): void {
    if (this.open) send({ host: 'port', port: this.id, data });
  }
  start(): void {
    this.started = true;
    for (const data of this.queue.splice(0)) this.emit('message', { data, ports: [] });
  }
  close(): void {
    if (!this.open) return;
    send({ host: 'port-closed', port: this.id });
    this.ended();
  }
  receive(data: unknown): void {
    if (this.started) this.emit('message', { data, ports: [] });
    else this.queue.push(data);
  }
  ended(): void {
    if (!this.open) return;
    this.open = false;
    ports.delete(this.id);
    this.emit('close');
  }
}

const ports = new Map<number, ChildPort>();

class HostParentPort extends EventEmitter implements Pick<ParentPort, 'postMessage'> {
  private readonly early: unknown[] = [];
  constructor() {
    super();
    // Electron's port starts with its first listener; what came before waits.
    this.on('newListener', (name) => {
      if (name === 'message')
        queueMicrotask(() => this.early.splice(0).forEach((event) => void this.emit('message', event)));
    });
  }
  postMessage(data: unknown): void {
    send({ host: 'message', data, ports: [] });
  }
  receive(data: unknown, ids: readonly number[]): void {
    const event = {
      data,
      ports: ids.map((id) => {
        const port = new ChildPort(id);
        ports.set(id, port);
        return refuseUnknown('MessagePortMain', port);
      }),
    };
    if (this.listenerCount('message') === 0) this.early.push(event);
    else this.emit('message', event);
  }
}

const parentPort = new HostParentPort();
process.on('message', (message) => {
  if (!isUtilityMessage(message)) return;
  switch (message.host) {
    case 'message':
      return parentPort.receive(message.data, message.ports);
    case 'port':
      return ports.get(message.port)?.receive(message.data);
    case 'port-closed':
      return ports.get(message.port)?.ended();
  }
});
process.on('disconnect', () => process.exit(0));
Object.defineProperty(process, 'parentPort', { value: refuseUnknown('parentPort', parentPort) });

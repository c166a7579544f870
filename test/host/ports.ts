/** MessageChannelMain: two entangled ports; a port that is handed over delivers to where it went. */
import { EventEmitter } from 'node:events';
import type { MessageChannelMain as ElectronChannel, MessagePortMain } from 'electron';
import { refuseUnknown } from './refuse.ts';

/** Where a handed-over port now lives: a page or a child process. */
export type Elsewhere = { readonly deliver: (data: unknown) => void; readonly closed: () => void };

export class HostPort extends EventEmitter implements Pick<MessagePortMain, 'postMessage' | 'start' | 'close'> {
  private peer: HostPort | undefined;
  private elsewhere: Elsewhere | undefined;
  private started = false;
  private open = true;
  private readonly queue: unknown[] = [];

  static entangled(): [HostPort, HostPort] {
    const [one, two] = [new HostPort(), new HostPort()];
    one.peer = two;
    two.peer = one;
    return [one, two];
  }

  postMessage(data: unknown, transfer: readonly MessagePortMain[] = []): void {
    if (transfer.length > 0) throw new Error('the Chromium host sends no ports through ports');
    if (this.open) this.peer?.receive(data);
  }

  start(): void {
    this.started = true;
    for (const data of this.queue.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.elsewhere?.closed();
    this.emit('close');
    this.peer?.close();
  }

  /** What was queued goes along; from now on this end speaks for the one elsewhere. */
  handOver(elsewhere: Elsewhere): void {
    this.elsewhere = elsewhere;
    for (const data of this.queue.splice(0)) elsewhere.deliver(data);
    if (!this.open) elsewhere.closed();
  }

  private receive(data: unknown): void {
    if (this.elsewhere !== undefined) this.elsewhere.deliver(data);
    else if (this.started) this.emit('message', { data, ports: [] });
    else this.queue.push(data);
  }
}

/** Numbers the ports that went to one place, and finds them again when that place answers. */
export class PortsElsewhere {
  private readonly ports = new Map<number, HostPort>();
  private last = 0;

  add(port: unknown, deliver: (id: number, data: unknown) => void, closed: (id: number) => void): number {
    if (!(port instanceof HostPort)) throw new Error('not a port of this host');
    this.last += 1;
    const id = this.last;
    this.ports.set(id, port);
    port.handOver({ deliver: (data) => deliver(id, data), closed: () => closed(id) });
    return id;
  }

  /** A message that the far end posted. */
  said(id: number, data: unknown): void {
    this.ports.get(id)?.postMessage(data);
  }

  close(id: number): void {
    const port = this.ports.get(id);
    this.ports.delete(id);
    port?.close();
  }

  closeAll(): void {
    for (const id of [...this.ports.keys()]) this.close(id);
  }
}

export class MessageChannelMain implements Record<keyof ElectronChannel, unknown> {
  readonly port1: HostPort;
  readonly port2: HostPort;
  constructor() {
    const [one, two] = HostPort.entangled();
    this.port1 = one;
    this.port2 = two;
    return refuseUnknown('MessageChannelMain', this);
  }
}

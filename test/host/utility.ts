/** utilityProcess: a forked Node with `process.parentPort`. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ForkOptions, MessagePortMain, UtilityProcess } from 'electron';
import { report } from './control.ts';
import { PortsElsewhere } from './ports.ts';
import { refuseUnknown } from './refuse.ts';
import { isUtilityMessage, type UtilityMessage } from './utility-wire.ts';

const childShim = fileURLToPath(new URL('./utility-child.ts', import.meta.url));
const children = new Set<HostUtilityProcess>();

class HostUtilityProcess
  extends EventEmitter
  implements Pick<UtilityProcess, 'postMessage' | 'kill' | 'pid' | 'stdout' | 'stderr'>
{
  private readonly child: ChildProcess;
  private readonly ports = new PortsElsewhere();
  pid: number | undefined;
  readonly stdout: NodeJS.ReadableStream | null;
  readonly stderr: NodeJS.ReadableStream | null;

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super();
    const output = options.stdio ?? 'inherit';
    if (output !== 'inherit' && output !== 'pipe' && output !== 'ignore') {
      throw new Error('the Chromium host takes one word for stdio');
    }
    this.child = fork(modulePath, [...args], {
      execArgv: ['--import', childShim, ...(options.execArgv ?? [])],
      env: { ...(options.env ?? process.env) },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      serialization: 'advanced',
      stdio: ['ignore', output, output, 'ipc'],
    });
    children.add(this);
    this.stdout = this.child.stdout;
    this.stderr = this.child.stderr;
    const { serviceName } = options;
    this.child.once('spawn', () => {
      this.pid = this.child.pid;
      if (this.pid !== undefined) report({ kind: 'utility', service: serviceName ?? '', pid: this.pid });
      this.emit('spawn');
    });
    this.child.once('exit', (code) => {
      this.pid = undefined;
      children.delete(this);
      this.ports.closeAll();
      this.emit('exit', code ?? 1);
    });
    // A send to a child that is just being killed fails; its exit says so already.
    this.child.on('error', () => {});
    this.child.on('message', (message) => {
      if (!isUtilityMessage(message)) return;
      if (message.host === 'message') this.emit('message', message.data);
      else if (message.host === 'port') this.ports.said(message.port, message.data);
      else this.ports.close(message.port);
    });
  }

  postMessage(data: unknown, transfer: readonly MessagePortMain[] = []): void {
    // The child must know a port before it hears what was queued in it.
    const late: UtilityMessage[] = [];
    let announced = false;
    const pass = (message: UtilityMessage): void => {
      if (announced) this.send(message);
      else late.push(message);
    };
    const ids = transfer.map((port) =>
      this.ports.add(
        port,
        (id, value) => pass({ host: 'port', port: id, data: value }),
        (id) => pass({ host: 'port-closed', port: id }),
      ),
    );
    this.send({ host: 'message', data, ports: ids });
    announced = true;
    for (const message of late) this.send(message);
  }

  kill(): boolean {
    return this.child.kill('SIGTERM');
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }

  private send(message: UtilityMessage): void {
    if (this.child.connected) this.child.send(message);
  }
}

export const utilityProcess = refuseUnknown('utilityProcess', {
  fork(modulePath: string, args: readonly string[] = [], options: ForkOptions = {}) {
    const instead = options.serviceName === 'core' ? process.env['CAREKEEP_HOST_CORE'] : undefined;
    return refuseUnknown('UtilityProcess', new HostUtilityProcess(instead ?? modulePath, args, options));
  },
});

/** The host goes: nothing it started stays. */
export function stopUtilityProcesses(): void {
  for (const child of children) child.stop();
}

/** The clinic's backend in the demonstration: started, stopped and started again by the operator's own command. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const program = ['src-backend/index.ts'];
const startsWithin = 60_000;

export type DemoBackend = {
  readonly address: string;
  readonly fingerprint: string;
  /** The operator makes a clinic. @returns its one-time token */
  readonly clinic: (name: string) => Promise<string>;
  /** What auditors give to `carekeep-verify --witness`. */
  readonly witnessKey: () => Promise<string>;
  /** As when the line is cut: workstations reach nobody. */
  readonly stop: () => Promise<void>;
  readonly again: () => Promise<void>;
  readonly close: () => Promise<void>;
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

type Running = { readonly child: ChildProcess; readonly fingerprint: string };

async function serve(data: string, port: number, operatorPort: number): Promise<Running> {
  const child = spawn(
    process.execPath,
    [
      ...program,
      ...['--data', data, 'serve', '--listen', `127.0.0.1:${port}`, '--operator-port', String(operatorPort)],
      ...['--region', 'DE', '--operator', 'Clinic Backends eG'],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const late = setTimeout(() => child.kill('SIGKILL'), startsWithin);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [, fingerprint] = /^ {2}fingerprint +([0-9A-F:]{95})$/.exec(line) ?? [];
      if (fingerprint === undefined) continue;
      // Its log goes on: read, so that the pipe never fills.
      child.stdout.resume();
      return { child, fingerprint };
    }
    throw new Error('the backend ended before it was up');
  } finally {
    clearTimeout(late);
  }
}

/** In order: what was acknowledged is on the disk, and the database is closed. */
async function end({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

export async function startBackend(): Promise<DemoBackend> {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-demo-backend-'));
  // Root's PostgreSQL runs under an account of its own, which has to get through here.
  chmodSync(folder, 0o711);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o711 });
  const port = await freePort();
  const operatorPort = await freePort();
  let running = await serve(data, port, operatorPort);
  const operate = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [...program, '--data', data, ...words], {
      cwd: root,
    });
    return stdout;
  };
  return {
    address: `127.0.0.1:${port}`,
    fingerprint: running.fingerprint,
    witnessKey: async () => (await operate('witness-key')).trim(),
    clinic: async (name) => {
      const stdout = await operate('clinic', 'create', '--name', name);
      const [, token] = /^token +(\S+)$/m.exec(stdout) ?? [];
      if (token === undefined) throw new Error('the operator got no token');
      return token;
    },
    stop: () => end(running),
    again: async () => {
      running = await serve(data, port, operatorPort);
    },
    close: async () => {
      await end(running);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** `npm run backend`: starts the server, says where it is and what comes next, and stops in order. */
import { isIP } from 'node:net';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isEuropean, isLoopback, type RunningBackend, startBackend } from '../server/backend.ts';
import { folderOf, type Print, urlsOf } from './settings.ts';

type ServeOptions = {
  listen: { host: string; port: number };
  name: readonly string[];
  operator?: string;
  region?: string;
  operatorPort: number;
  connections: number;
  logAddresses?: boolean;
};

function whole(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw new InvalidArgumentError('a number up to 65535 is needed');
  return value;
}

/** `host:port`, `[::]:port`, or a port of this machine alone. */
function listenOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]:|([A-Za-z0-9.-]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined) throw new InvalidArgumentError('host:port is needed, such as 0.0.0.0:8443');
  return { host: bracketed ?? plain ?? '127.0.0.1', port: whole(port) };
}

function namesOf(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.every((name) => /^[A-Za-z0-9.-]+$/.test(name) || isIP(name) !== 0)) {
    throw new InvalidArgumentError('names or addresses are needed, with commas between');
  }
  return names;
}

function regionOf(text: string): string {
  if (!isEuropean(text))
    throw new InvalidArgumentError('the code of an EU or EEA country is needed: clinics demand one');
  return text;
}

export function serveCommand(program: Command, print: Print): void {
  program
    .command('serve', { isDefault: true })
    .description('start the server (what `npm run backend` alone does)')
    .addOption(
      new Option('--listen <address>', 'where workstations reach it')
        .argParser(listenOf)
        .default({ host: '127.0.0.1', port: 8443 }, '127.0.0.1:8443')
        .env('CAREKEEP_LISTEN'),
    )
    .addOption(
      new Option('--name <names>', 'names or addresses that workstations use, with commas between')
        .argParser(namesOf)
        .default([], 'those of this machine')
        .env('CAREKEEP_NAMES'),
    )
    .addOption(
      new Option('--region <code>', 'country where it stands, signed and shown to every clinic')
        .argParser(regionOf)
        .env('CAREKEEP_REGION'),
    )
    .addOption(
      new Option('--operator <text>', 'who runs it, signed and shown to every clinic').env('CAREKEEP_OPERATOR'),
    )
    .addOption(
      new Option('--operator-port <port>', '/healthz and /metrics, on 127.0.0.1')
        .argParser(whole)
        .default(9464)
        .env('CAREKEEP_OPERATOR_PORT'),
    )
    .option('--connections <number>', 'connections to PostgreSQL at most', whole, 10)
    .option('--log-addresses', 'write the addresses of clients into the log')
    .action(async (options: ServeOptions) => {
      const { host, port } = options.listen;
      if (!isLoopback(host) && (options.region === undefined || options.operator === undefined)) {
        program.error('who serves others says who and where: --region and --operator');
      }
      const folder = folderOf(program.opts<{ data?: string }>().data);
      const backend = await startBackend({
        data: folder,
        database: urlsOf(process.env),
        host,
        port,
        names: options.name,
        operatorPort: options.operatorPort,
        connections: options.connections,
        logAddresses: options.logAddresses ?? false,
        logTo: process.stdout,
        ...(options.region !== undefined && { region: options.region }),
        ...(options.operator !== undefined && { operator: options.operator }),
      });
      tell(print, backend, folder);
      await stopped();
      await backend.close();
    });
}

function tell(print: Print, { address, fingerprint, descriptor, operatorPort }: RunningBackend, folder: string): void {
  print(`Carekeep backend ${descriptor.name}, ${descriptor.operator} (${descriptor.region})`);
  print(`  address      ${address}`);
  print(`  fingerprint  ${fingerprint}`);
  print(`  data         ${folder}`);
  print(`  well?        http://127.0.0.1:${operatorPort}/healthz, /metrics`);
  print('Next: npm run -s backend -- clinic create --name "…", and give its admin address, fingerprint and token.');
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

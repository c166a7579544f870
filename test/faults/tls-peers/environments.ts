/** Environments and switches that change what TLS trusts or speaks, against the client and against the server. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broken, hold } from '../kind.ts';
import type { PeerCase } from './clients.ts';
import { listening, serverCertificate, tlsServer } from './servers.ts';
import { clientCertificate, request, type Stage } from './stage.ts';

const root = join(import.meta.dirname, '../../..');

type Bad = {
  readonly environment?: (foreign: string) => Record<string, string>;
  readonly switches?: readonly string[];
};

/** Everything at once that would make a process trust the other authority. */
const trusting: Bad = {
  environment: (foreign) => ({
    NODE_EXTRA_CA_CERTS: foreign,
    SSL_CERT_FILE: foreign,
    SSL_CERT_DIR: join(foreign, '..'),
  }),
};

function run(
  given: readonly string[],
  environment: Record<string, string>,
): { readonly output: Promise<string>; stop(): void } {
  // Only what the case says, not what this machine's environment has of the same kind.
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [...given], {
    cwd: root,
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const take = (part: Buffer): void => {
    text += part.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return {
    output: new Promise((resolve) => child.once('exit', () => resolve(text))),
    stop: () => void child.kill('SIGKILL'),
  };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'carekeep-peers-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The client, with a server of the other authority before it and the environment on that server's side. */
const clientUnder = (name: string, { environment, switches = [] }: Bad): PeerCase => ({
  name: `client under ${name}`,
  play: (stage) =>
    inFolder(async (folder) => {
      const foreign = join(folder, 'foreign.pem');
      const authority = join(folder, 'authority.pem');
      writeFileSync(foreign, stage.foreign.pem);
      writeFileSync(authority, stage.authority.pem);
      const server = tlsServer(await serverCertificate(stage, { issuer: stage.foreign }));
      const port = await listening(server);
      const child = run(
        [...switches, 'test/faults/tls-peers/child.ts', String(port), authority],
        environment?.(foreign) ?? {},
      );
      const said = (await child.output).trim().split('\n').at(-1);
      server.close();
      if (said !== 'not-the-authority') throw new Broken(`the client says ${said}`);
    }),
});

/** The server does not start at all, and names the setting. */
const noServerUnder = (name: string, { environment, switches = [] }: Bad): PeerCase => ({
  name: `server under ${name}`,
  play: () =>
    inFolder(async (folder) => {
      const given = [...switches, 'src-backend/index.ts', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0'];
      const child = run(given, environment?.(join(folder, 'x')) ?? {});
      const timer = setTimeout(() => child.stop(), 20_000);
      const said = await child.output;
      clearTimeout(timer);
      hold(said.includes(`Not started: ${name} `), () => `it said ${said.slice(0, 80)}`);
    }),
});

/** The server in this process was told of other authorities at its start; see `tls-peers.ts`, which sets them. */
const serverTrusts: PeerCase = {
  name: 'server under additional authorities',
  play: async (stage: Stage) => {
    const { rootCertificates, setDefaultCACertificates, getCACertificates } = await import('node:tls');
    const before = getCACertificates('default');
    setDefaultCACertificates([...rootCertificates, stage.foreign.pem]);
    try {
      const shown = await clientCertificate(stage, { issuer: stage.foreign });
      const from = stage.backend.lines.length;
      const answer = await request(stage, shown);
      hold(!answer.startsWith('HTTP/1.1'), 'it was answered');
      const line = stage.backend.lines.slice(from).find((one) => one.includes('tls-refused'));
      hold(line?.includes('certificate-of-another-authority') === true, 'not for its authority');
    } finally {
      setDefaultCACertificates(before);
    }
  },
};

export const environmentCases: readonly PeerCase[] = [
  clientUnder('NODE_TLS_REJECT_UNAUTHORIZED=0', { environment: () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }) }),
  clientUnder('NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, SSL_CERT_DIR', trusting),
  clientUnder('--use-openssl-ca', { ...trusting, switches: ['--use-openssl-ca'] }),
  clientUnder('--use-system-ca', { ...trusting, switches: ['--use-system-ca'] }),
  noServerUnder('NODE_TLS_REJECT_UNAUTHORIZED', { environment: () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }) }),
  noServerUnder('SSLKEYLOGFILE', { environment: (file) => ({ SSLKEYLOGFILE: file }) }),
  noServerUnder('--tls-min-v1.0', { environment: () => ({ NODE_OPTIONS: '--tls-min-v1.0' }) }),
  noServerUnder('--tls-keylog', { switches: ['--tls-keylog=/dev/null'] }),
  noServerUnder('--tls-max-v1.2', { switches: ['--tls-max-v1.2'] }),
  serverTrusts,
];

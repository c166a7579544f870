/** From an address that a person or a policy wrote to what reads it. */
import { stat } from 'node:fs/promises';
import { type Pace, usualPace, within } from './pace.ts';
import type { ProxyChoice } from './proxies.ts';
import { Refused } from './refusals.ts';
import type { Source } from './seam.ts';
import { BundleSource } from './source-bundle.ts';
import { FolderSource } from './source-folder.ts';
import { HttpsSource } from './source-https.ts';

export type SourceOptions = {
  /** Authorities of the clinic's own, PEM. */
  readonly ca?: string;
  readonly proxy: ProxyChoice;
  readonly pace?: Pace;
};

/**
 * Opens an https address, a folder, or a bundle file.
 * @throws Refused unreachable, too-slow, bundle-unreadable
 */
export async function openSource(address: string, { ca, proxy, pace = usualPace }: SourceOptions): Promise<Source> {
  // Two letters at least: `C:` is a disk.
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(address)) return HttpsSource.open(address, proxy, ca, pace);
  let folder: boolean;
  try {
    // A share whose server is gone may not answer at all.
    folder = (await within(stat(address), pace.ms, new AbortController().signal)).isDirectory();
  } catch (error) {
    throw error instanceof Refused ? error : new Refused('unreachable', { cause: error });
  }
  return folder ? FolderSource.open(address, pace) : BundleSource.open(address, pace);
}

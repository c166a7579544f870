/** The copy from before an update once more, in the first of the clinic's own folders that can be reached. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isReachable } from '../../policy/reachable.ts';
import { type CopyRequest, copyRecord } from './copy.ts';

/**
 * One that cannot be reached or written is passed over: the copy beside the record is the one that counts.
 * @param name of the folder: tells workstations apart that share a target
 */
export async function copyElsewhere(
  request: CopyRequest,
  targets: readonly string[],
  name: string,
  report: (error: unknown) => void,
): Promise<void> {
  for (const target of targets) {
    try {
      // Asked without waiting for ever: a share whose server is off would hold everything up for minutes.
      if (!(await isReachable(target))) continue;
      const folder = join(target, `carekeep-${name}`);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await copyRecord({ ...request, to: join(folder, `before-${request.versions.from}`) });
      return;
    } catch (error) {
      report(error);
    }
  }
}

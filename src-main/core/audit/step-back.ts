/** A worker that nobody waits for leaves the processors to the others. */
import { constants, setPriority } from 'node:os';

/** Linux gives each thread a priority of its own; elsewhere it would be all of core that steps back. */
export function stepBack(): void {
  if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);
}

/** A process of its own for the trials: what it remembers of signatures stays in it. */

import type { Said } from './messages.ts';
import { rememberSignatures } from './remembered.ts';
import type { Played, Room } from './room.ts';

/** Told at once, so that the parent's own trial is never long without a word. */
const together = 20;

function say(message: Said): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

async function play(room: Room, seeds: readonly number[]): Promise<void> {
  await room.untouched();
  let played: Played[] = [];
  for (const seed of seeds) {
    played.push(await room.play(seed));
    if (played.length < together) continue;
    await say({ kind: 'played', played });
    played = [];
  }
  await say({ kind: 'played', played });
}

async function work(message: unknown): Promise<void> {
  rememberSignatures();
  // After that: what these import must find it in place.
  const [{ Room }, { order }] = await Promise.all([import('./room.ts'), import('./messages.ts')]);
  const { made, folder, seeds } = order.parse(message);
  const room = new Room(made, folder);
  try {
    await play(room, seeds);
  } catch (error) {
    await say({ kind: 'unsound', reason: error instanceof Error ? error.message : 'unknown' });
  } finally {
    room.close();
  }
  process.disconnect();
}

process.once('disconnect', () => process.exit(0));
process.once('message', (message) => void work(message));

/** What a lying feed is, and how one is made of an honest one. */
import type { UpdateRefusal } from '../../../src-shared/updates/state.ts';
import type { Files, Json, TestKey, TestRepository } from '../../unit/update/repository.ts';
import type { Scene } from './scene.ts';

export type Lie = {
  readonly name: string;
  readonly refusal: UpdateRefusal;
  /** Before the state of the workstation is noted. */
  readonly prepare?: (scene: Scene) => void;
  readonly feed: (scene: Scene) => Files;
};

export const below = ['timestamp', 'snapshot', 'targets'] as const;

/** A fork with something done to it. */
export function lying(work: (feed: TestRepository, scene: Scene) => void): (scene: Scene) => Files {
  return (scene) => {
    const feed = scene.repo.fork();
    work(feed, scene);
    return feed.files;
  };
}

export type Envelope = { signatures: { keyid: string; sig: string }[]; signed: Json };
const read = (bytes: Buffer): Envelope => JSON.parse(bytes.toString());

/** Puts other bytes in the place of a role's file; the files above it agree. */
export function replace(feed: TestRepository, role: (typeof below)[number], change: (bytes: Buffer) => Buffer): void {
  feed.files.set(feed.pathOf(role), change(feed.file(feed.pathOf(role))));
  if (role === 'targets') feed.republish();
  if (role === 'snapshot') feed.stamp();
}

export const resigned = (change: (envelope: Envelope) => Envelope) => (bytes: Buffer) =>
  Buffer.from(JSON.stringify(change(read(bytes))));

/** The next root, with something about it changed. */
export const nextRoot = (
  change: (signed: Json, scene: Scene) => Json,
  signers?: (scene: Scene) => readonly TestKey[],
) =>
  lying((feed, scene) =>
    feed.root({
      change: { root: (signed) => change(signed, scene) },
      ...(signers && { signers: { root: signers(scene) } }),
    }),
  );

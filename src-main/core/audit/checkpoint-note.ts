/**
 * A checkpoint: size and root of the log as a C2SP signed note (tlog-checkpoint), with the lines that chain one to the
 * next. Layout: docs/protocols/audit.md, "Checkpoints".
 */
import { canonicalBytes } from '../crypto/canonical.ts';
import { sha256 } from '../crypto/hash.ts';
import { type NoteSignature, parseNote } from '../crypto/signed-note.ts';

/** Why a chain of one-time keys begins here. */
export const anchorReasons = ['first', 'key-lost', 'rolled-back'] as const;
export type AnchorReason = (typeof anchorReasons)[number];

export type Checkpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  readonly number: number;
  /** Milliseconds since the epoch, for people. */
  readonly time: number;
  /** SHA-256 of the text of the one before; 32 zero bytes for the first. */
  readonly previous: Buffer;
  /** Ed25519 public key that signs this one, and nothing else. */
  readonly key: Buffer;
  readonly next: Buffer;
  /** SHA-256 of the actions' JSON. */
  readonly actions: Buffer;
  readonly anchor: AnchorReason | null;
};

/** One session's entries between two checkpoints. */
export type Action = {
  readonly certificate: string;
  readonly count: number;
  readonly digest: string;
  readonly from: number;
  /** `headHash` of the checkpoint, base64. */
  readonly head: string;
  readonly session: string;
  readonly to: number;
};
export type SignedAction = { readonly action: Action; readonly signature: string };

export const zeroHash: Buffer = Buffer.alloc(32);
export const originOf = (clinicId: string, deviceId: string): string => `carekeep.audit/${clinicId}/${deviceId}`;

export function checkpointText(checkpoint: Checkpoint): string {
  const lines = [
    checkpoint.origin,
    String(checkpoint.size),
    checkpoint.root.toString('base64'),
    `number ${checkpoint.number}`,
    `time ${checkpoint.time}`,
    `previous ${checkpoint.previous.toString('base64')}`,
    `key ${checkpoint.key.toString('base64')}`,
    `next ${checkpoint.next.toString('base64')}`,
    `actions ${checkpoint.actions.toString('base64')}`,
    ...(checkpoint.anchor === null ? [] : [`anchor ${checkpoint.anchor}`]),
  ];
  return `${lines.join('\n')}\n`;
}

const hash = '([A-Za-z0-9+/]{43}=)';
const whole = '(0|[1-9][0-9]{0,14})';
const layout = new RegExp(
  `^([^\\n]{1,200})\\n${whole}\\n${hash}\\nnumber ${whole}\\ntime ${whole}\\nprevious ${hash}\\nkey ${hash}\\n` +
    `next ${hash}\\nactions ${hash}\\n(?:anchor (${anchorReasons.join('|')})\\n)?$`,
);

export type ParsedNote = {
  readonly checkpoint: Checkpoint;
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

/** @returns undefined for what is no checkpoint of ours; signatures are not checked here */
export function parseCheckpoint(note: string): ParsedNote | undefined {
  const parsed = parseNote(note);
  const found = parsed && layout.exec(parsed.text);
  if (parsed === undefined || !found) return undefined;
  const [, origin = '', size, root, number, time, previous, key, next, actions, anchor] = found;
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
  const checkpoint: Checkpoint = {
    origin,
    size: Number(size),
    root: bytes(root),
    number: Number(number),
    time: Number(time),
    previous: bytes(previous),
    key: bytes(key),
    next: bytes(next),
    actions: bytes(actions),
    anchor: anchorReasons.find((reason) => reason === anchor) ?? null,
  };
  // Base64 that says the same in other letters would give one checkpoint two texts.
  return checkpointText(checkpoint) === parsed.text ? { ...parsed, checkpoint } : undefined;
}

export const textHash = (text: string): Buffer => sha256(text);

/**
 * SHA-256 of a checkpoint's text without its line of actions, which each session signs with what it did: who begins the
 * chain of one-time keys anew, or rewrites what came before, keeps nobody's signature.
 */
export const headHash = (text: string): Buffer => sha256(text.replace(/^actions .*\n/m, ''));
export const actionsHash = (actions: readonly SignedAction[]): Buffer => sha256(canonicalBytes(actions));

/** What a session's key signs. */
export function actionBytes(origin: string, action: Action): Buffer {
  return Buffer.concat([Buffer.from(`carekeep/v1/audit/actions\0${origin}\0`, 'utf8'), canonicalBytes(action)]);
}

/** Typed kit words: parsed, proved against this clinic, confirmed. */
import { CallError } from '../../../src-shared/contract/errors.ts';
import { wordOf } from '../crypto/mnemonic.ts';
import { wipe } from '../crypto/wipe.ts';
import type { KeyFilePayload } from './key-file-payload.ts';
import { type RecoveryKeys, recoveryKeys, wipeRecoveryKeys } from './recovery-kit.ts';
import { secretOfWords } from './written-kit.ts';

/** The keys of typed words: the code's, or two sheets'. @throws CallError kit-words-wrong, kit-sheet-twice, kit-sheets-differ */
export async function keysOfWords(words: string): Promise<RecoveryKeys> {
  const secret = await secretOfWords(words);
  const keys = recoveryKeys(secret);
  wipe(secret);
  return keys;
}

/** The same, and they must be this clinic's. Wipe them. @throws CallError kit-words-wrong, kit-sheet-twice, kit-sheets-differ */
export async function provedKit(payload: KeyFilePayload, words: string): Promise<RecoveryKeys> {
  const keys = await keysOfWords(words);
  if (keys.x25519Public.toString('base64') !== payload.recovery.public) {
    wipeRecoveryKeys(keys);
    throw new CallError('kit-words-wrong', { field: 'words' });
  }
  return keys;
}

/** The secret behind this clinic's kit. Wipe it. @throws CallError kit-words-wrong, kit-sheet-twice, kit-sheets-differ */
export async function provedSecret(payload: KeyFilePayload, words: string): Promise<Buffer> {
  wipeRecoveryKeys(await provedKit(payload, words));
  return secretOfWords(words);
}

export type KitAnswer = { readonly position: number; readonly word: string };

/** The payload of a confirmed kit: the words asked back and the sealed secret go. @throws CallError kit-words-wrong */
export function withConfirmedKit(payload: KeyFilePayload, answers: readonly KitAnswer[], now: number): KeyFilePayload {
  const { pending } = payload.recovery;
  if (pending === null) return payload;
  demandAsked(pending.asked, answers);
  return { ...payload, recovery: { ...payload.recovery, confirmedAt: now, pending: null } };
}

/** Are these the words asked back? @throws CallError kit-words-wrong */
export function demandAsked(asked: readonly KitAnswer[], answers: readonly KitAnswer[]): void {
  const right = asked.every(({ position, word }) =>
    answers.some((answer) => answer.position === position && wordOf(answer.word) === word),
  );
  if (!right) throw new CallError('kit-words-wrong', { field: 'words' });
}

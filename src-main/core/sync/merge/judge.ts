/** Whether merged texts are FHIR R4: asked of the validating child, so that the one writer never waits for a validator. */
import { CallError } from '../../../../src-shared/contract/errors.ts';
import { ValidatorRun, validatorEntry } from '../../exchange/read/client.ts';
import type { Merge, Verdicts } from './slice.ts';

/**
 * @throws CallError busy when the child ended without saying so: nothing may be taken on a guess, or two workstations
 * would show different texts
 */
export async function judgeMerges(merges: readonly Merge[]): Promise<Verdicts> {
  const texts = [...new Set(merges.map(({ json }) => json))];
  if (texts.length === 0) return new Map();
  for await (const message of new ValidatorRun(validatorEntry(), { kind: 'judge', texts })) {
    if (message.kind === 'judged') return new Map(texts.map((text, at) => [text, message.valid[at] === true]));
  }
  throw new CallError('busy');
}

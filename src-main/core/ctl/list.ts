/** The contract as data: what `ctl --list` prints and the docs page is made from. */
import { z } from 'zod';
import { procedures } from '../../../src-shared/contract/index.ts';

export type ListedProcedure = {
  readonly name: string;
  readonly summary: string;
  readonly kind: string;
  readonly channels: readonly string[];
  readonly permission: string | readonly string[];
  readonly audit: string;
  readonly input: unknown;
  readonly output: unknown;
};

/** Every procedure with its JSON Schemas (draft 2020-12), permission and audit event. */
export function listProcedures(): ListedProcedure[] {
  return [...procedures].map(([name, procedure]) => ({
    name,
    summary: procedure.summary,
    kind: procedure.kind,
    channels: procedure.channels ?? ['screen', 'ctl'],
    permission: procedure.needs,
    audit: typeof procedure.audits === 'string' ? procedure.audits : `none: ${procedure.audits.none}`,
    input: z.toJSONSchema(procedure.input, { io: 'input' }),
    output: z.toJSONSchema(procedure.output, { unrepresentable: 'any' }),
  }));
}

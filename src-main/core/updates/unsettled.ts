/** Between two versions the record belongs to the update: nothing else may open it (docs/protocols/update.md, "From offer to new version"). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CallError } from '../../../src-shared/contract/errors.ts';
import { unsettled, updateJournal } from '../../../src-shared/updates/journal.ts';

/** For a core that main did not start. @throws CallError busy */
export function demandSettled(profile: string): void {
  let text: string;
  try {
    text = readFileSync(join(profile, 'update', 'journal.json'), 'utf8');
  } catch {
    return;
  }
  // One that does not parse is none: main takes it so, too.
  const install = updateJournal.safeParse(parsed(text)).data?.install ?? null;
  if (install !== null && unsettled.has(install.state)) throw new CallError('busy');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Saves a file that never ends, to be killed meanwhile: `endless-save.ts <database> <file>`. */
import assert from 'node:assert/strict';
import { writeWhole } from '../../../src-main/core/exchange/save-file.ts';
import { openStore } from '../../../src-main/core/store/open.ts';
import { clinicKey, key } from '../store/clinic.ts';

const [, , path, file] = process.argv;
assert.ok(path !== undefined && file !== undefined);

function* endless(): Generator<Uint8Array> {
  yield Buffer.from('half of a record');
  process.stdout.write('writing\n');
  for (;;) yield Buffer.alloc(0);
}
await writeWhole(file, endless(), openStore({ path, key, clinicKey }));

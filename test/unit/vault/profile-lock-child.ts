/** Holds a profile until it is killed. For profile-lock.test.ts. */
import { holdProfile } from '../../../src-main/core/vault/profile-lock.ts';

const held = holdProfile(process.argv[2] ?? '', Number(process.argv[3] ?? 0));
process.stdout.write(held === undefined ? 'in use\n' : 'held\n');
if (held !== undefined) setInterval(() => held, 1000);

/** Child of the kind `rotation`: rotates the database through the whole core, again and again, until it is killed. */
import { hold } from '../kind.ts';
import { call, start } from './clinic.ts';

const [profile = '', userName = '', password = ''] = process.argv.slice(2);
const core = await start(profile);
await call(core, 'sessions.signIn', { userName, password });
for (let generation = 2; ; generation += 1) {
  const rotated = await call(core, 'keys.rotateDatabaseKey', {});
  hold(rotated.generation >= generation, 'another generation than the next');
}

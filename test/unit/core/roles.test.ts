/** Roles of the clinic's own: within limits, given, changed under those who hold them, removed, and named in the log. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { auditEvents } from '../../../src-shared/contract/audit-events.ts';
import type { OwnRoleId } from '../../../src-shared/contract/permissions.ts';
import { type Place, startPlace } from './clinic.ts';
import { type Desk, type House, nameOf, person, startHouse } from './house.ts';

let place: Place;
let house: House;
let admin: Desk;
before(async () => {
  place = await startPlace();
  house = await startHouse(join(place.dir, 'profile'), ['reception', 'practitioner']);
  admin = house.desk('ctl');
  await admin.signIn('admin');
});
after(async () => {
  await house.core.close();
  await place.stop();
});

async function idOf(userName: string): Promise<string> {
  const { users } = await admin.call('users.list', {});
  const id = users.find((user) => user.userName === userName)?.id;
  assert.ok(id);
  return id;
}

let trainee: OwnRoleId;

test('an own role is defined within limits and under a name of its own', async () => {
  const from = house.size();
  const defined = await admin.call('roles.define', { name: 'Trainee', permissions: ['patient:write', 'patient:read'] });
  trainee = defined.roleId;
  const [entry] = house.entries(from);
  assert.deepEqual(
    [entry?.type, entry?.entity, entry?.detail],
    ['role.defined', [trainee], { role: trainee, given: 'patient:read patient:write' }],
  );
  const refused = async (name: string, held: readonly string[]) =>
    admin.refusal('roles.define', { name, permissions: held });
  assert.equal(await refused(' trainee ', ['patient:read']), 'role-name-taken');
  assert.equal(await refused('ADMIN', ['patient:read']), 'role-name-taken');
  assert.equal(await refused('Shadow', ['user:write']), 'role-beyond-limits');
  assert.equal(await refused('Shadow', ['patient:read', 'patient:print']), 'role-beyond-limits');
  assert.equal(await refused('Shadow', []), 'invalid-input');
  assert.equal(await refused('Shadow', ['patient:everything']), 'invalid-input');
  assert.equal(await refused('', ['patient:read']), 'invalid-input');
  assert.equal(await refused('x'.repeat(41), ['patient:read']), 'invalid-input');
  // What the handler would let through, the roster would not.
  const { keys } = admin.connection.session ?? {};
  assert.ok(keys);
  await assert.rejects(house.core.vault.people.defineRole(keys, { name: 'Shadow', permissions: ['user:write'] }), {
    message: 'invalid-input',
  });
  assert.equal(house.core.vault.ownRoles().size, 1);
  assert.equal(auditEvents['role.defined'].kind, 'users');
});

test('who holds it may what it says, sees fields masked, and loses the session when it changes', async () => {
  const reception = await idOf(nameOf('reception'));
  await admin.call('users.setRoles', { userId: reception, roles: [trainee] });
  const desk = house.desk('ctl');
  await desk.signIn('reception');
  const { session } = await desk.call('sessions.current', {});
  assert.deepEqual(
    [session?.roles, session?.ownRoles, session?.permissions],
    [[trainee], [{ id: trainee, name: 'Trainee' }], ['patient:read', 'patient:write']],
  );
  const demographics = { ...person('Vidal', 'Nuria'), phone: '+34 655 104 927' };
  const { patientId } = await desk.call('patients.create', { demographics, notADuplicate: false });
  const { demographics: shown } = await desk.call('patients.demographics', { patientId });
  assert.equal(shown.phone, '•••••27');
  assert.equal(await desk.refusal('chart.open', { patientId }), 'forbidden');
  assert.equal(await desk.refusal('roles.matrix', {}), 'forbidden');
  assert.equal(await desk.refusal('roles.remove', { roleId: trainee }), 'forbidden');
  const next = { roleId: trainee, name: 'Trainee', permissions: ['patient:read', 'patient:phone'] } as const;
  const from = house.size();
  await admin.call('roles.change', { ...next, permissions: [...next.permissions] });
  assert.deepEqual(
    house.entries(from).map(({ type, detail }) => [type, detail]),
    [['role.changed', { role: trainee, given: 'patient:phone', taken: 'patient:write' }]],
  );
  assert.equal(await desk.refusal('patients.recent', {}), 'not-signed-in');
  await desk.signIn('reception');
  const again = await desk.call('patients.demographics', { patientId });
  assert.deepEqual([again.demographics.phone, again.masked], ['+34 655 104 927', ['identifiers']]);
  assert.equal(await desk.refusal('patients.update', { patientId, version: 1, demographics }), 'forbidden');
});

test('the matrix shows every role; one that is held stays, nobody changes their own', async () => {
  const { roles } = await admin.call('roles.matrix', {});
  assert.equal(roles.length, 7);
  const own = roles.find(({ id }) => id === trainee);
  assert.deepEqual([own?.name, own?.holders, own?.mine], ['Trainee', 1, false]);
  assert.deepEqual([roles[3]?.id, roles[3]?.name, roles[3]?.holders, roles[3]?.mine], ['admin', null, 1, true]);
  assert.equal(await admin.refusal('roles.remove', { roleId: trainee }), 'role-in-use');
  assert.equal(await admin.refusal('roles.remove', { roleId: 'own-0123456789abcdef' }), 'not-found');
  assert.equal(await admin.refusal('roles.remove', { roleId: 'admin' }), 'invalid-input');
  const unknown = { userId: await idOf(nameOf('practitioner')), roles: ['own-0123456789abcdef'] };
  assert.equal(await admin.refusal('users.setRoles', unknown), 'invalid-input');
});

test('the log names a role, removed or not', async () => {
  const reception = await idOf(nameOf('reception'));
  await admin.call('users.setRoles', { userId: reception, roles: ['reception'] });
  await admin.call('roles.remove', { roleId: trainee });
  assert.equal(await admin.refusal('users.setRoles', { userId: reception, roles: [trainee] }), 'invalid-input');
  const filter = { userId: null, patientId: null, kind: null, outcome: null, from: null, to: null };
  const { entries } = await admin.call('audit.page', { filter, before: null, limit: 200 });
  assert.ok(entries.some(({ event, roles }) => event === 'patient.created' && roles.includes('Trainee')));
  assert.ok(entries.some(({ event, detail }) => event === 'role.removed' && detail['role'] === 'Trainee'));
  assert.ok(entries.some(({ event, detail }) => event === 'user.roles-changed' && detail['before'] === 'Trainee'));
  await house.restart();
  admin = house.desk('ctl');
  await admin.signIn('admin');
  assert.equal((await admin.call('roles.matrix', {})).roles.length, 6);
});

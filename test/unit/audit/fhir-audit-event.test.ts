/** Entries as FHIR AuditEvents: valid R4 whatever the entry, and the BALP profile only where the entry meets it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEvent } from 'fhir/r4';
import type { AuditEntry } from '../../../src-main/core/audit/entry.ts';
import { type AuditEventNames, toAuditEvent } from '../../../src-main/core/audit/fhir-audit-event.ts';
import { validateResource } from '../../../src-main/core/exchange/read/validate.ts';
import { auditCodes, auditEvents } from '../../../src-shared/contract/audit-events.ts';

const hostile = '"}],"x":[{</div>\u202e{{role}} $& \ud83d\ude00';
const names: AuditEventNames = {
  clinic: hostile,
  device: () => hostile,
  user: (id) => ({ identifier: id, name: hostile, display: hostile }),
  role: () => hostile,
  patient: (ref) => ({ type: 'Patient', identifier: { system: 'urn:carekeep:audit-pseudonym', value: ref } }),
  entity: ({ entity }) => entity.map((id) => ({ id, type: 'Observation' })),
  detail: ({ detail }) => detail,
};

const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  seq: 7,
  type: 'chart.read',
  action: 'R',
  recorded: 1_800_000_000_000,
  outcome: 0,
  agent: { user: 'user-1', roles: ['practitioner'], session: 'session-1' },
  device: 'device-1',
  purpose: 'TREAT',
  patient: 'AAAAAAAAAAAAAAAAAAAAAA',
  entity: [],
  origin: 'screen',
  detail: {},
  ...more,
});

const coded = (event: AuditEvent, code: string) =>
  event.agent.filter(({ type }) => type?.coding?.some((coding) => coding.code === code));
const ofType = (event: AuditEvent, code: string) => (event.entity ?? []).filter(({ type }) => type?.code === code);

/** What IHE BALP 1.1 asks of BasicAudit.Create, -Read, -Update, -Delete and their Patient kin. */
function holdsProfile(event: AuditEvent, profile: string): void {
  const [, patient, act = ''] = /BasicAudit\.(Patient)?(Create|Read|Update|Delete)$/.exec(profile) ?? [];
  const rest = { Create: ['C', 'create'], Read: ['R', 'read'], Update: ['U', 'update'], Delete: ['D', 'delete'] }[act];
  assert.deepEqual([event.action, event.subtype?.[0]?.code], rest);
  assert.equal(event.type.code, 'rest');
  assert.equal(event.outcome, '0');
  for (const end of ['110152', '110153']) {
    const [agent, ...more] = coded(event, end);
    assert.ok(agent?.who && agent.network?.address && more.length === 0, end);
  }
  const users = event.agent.filter(({ network }) => network === undefined);
  assert.ok(users.every(({ who, requestor }) => who !== undefined && requestor));
  assert.equal(coded(event, act === 'Read' ? 'IRCP' : 'AUT').length, users.length);
  const [data, ...others] = ofType(event, '2');
  assert.ok(data?.what && data.role?.code === '4' && others.length === 0);
  assert.equal(ofType(event, '1').length, patient === undefined ? 0 : 1);
}

test('every code, with and without a patient, succeeded and not, is valid R4 and keeps to what it claims', () => {
  const claimed = new Set<string>();
  for (const type of auditCodes) {
    const { action } = auditEvents[type];
    const variants: Partial<AuditEntry>[] = [
      { entity: ['a'], detail: { rows: 3, empty: '' } },
      { patient: null, entity: ['a', 'b'], outcome: 4 },
      { patient: null, agent: { user: null, roles: [], session: null }, purpose: '' },
    ];
    for (const more of variants) {
      const event = toAuditEvent(entry({ type, action, ...more }), names);
      const checked = validateResource(JSON.stringify(event));
      assert.deepEqual(checked.ok ? [] : checked.issues, [], type);
      assert.equal(event.subtype?.at(-1)?.code, type);
      assert.equal(event.agent.filter(({ requestor }) => requestor).length, 1, type);
      for (const profile of event.meta?.profile ?? []) {
        claimed.add(profile.slice(profile.lastIndexOf('.') + 1));
        holdsProfile(event, profile);
      }
    }
  }
  for (const name of ['PatientCreate', 'PatientRead', 'PatientUpdate', 'PatientDelete', 'Read']) {
    assert.ok(claimed.has(name), name);
  }
});

test('a failed, refused or executed act claims no profile, and emergency access is what DICOM calls it', () => {
  for (const outcome of [4, 8] as const) assert.equal(toAuditEvent(entry({ outcome }), names).meta, undefined);
  const emergency = toAuditEvent(entry({ type: 'break-glass.opened', action: 'E', purpose: 'BTG' }), names);
  assert.equal(emergency.meta, undefined);
  assert.deepEqual([emergency.type.code, emergency.subtype?.[0]?.code], ['110113', '110127']);
  assert.equal(emergency.purposeOfEvent?.[0]?.coding?.[0]?.code, 'BTG');
});

test('a name withheld is in no part of the event', () => {
  const withheld = { ...names, user: () => ({ display: 'practitioner' }) };
  const text = JSON.stringify(toAuditEvent(entry({}), withheld));
  assert.ok(!text.includes('user-1') && !text.includes('session-1'));
});

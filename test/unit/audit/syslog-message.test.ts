/** Entries as DICOM audit messages in RFC 5424 frames: right whatever an entry holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AuditEntry, encodeEntry } from '../../../src-main/core/audit/entry.ts';
import { frame } from '../../../src-main/core/audit/syslog/frame.ts';
import { auditMessage, entryFrame } from '../../../src-main/core/audit/syslog/message.ts';
import { auditCodes } from '../../../src-shared/contract/audit-events.ts';
import { readFrames } from './syslog-server.ts';

type Node = { readonly name: string; readonly attributes: Map<string, string>; readonly children: (Node | string)[] };

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const plain = (text: string): string =>
  text.replace(
    /&(?:#(\d+)|(\w+));/g,
    (_, code, name) => (code ? String.fromCodePoint(Number(code)) : entities[name]) ?? '?',
  );

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 forbids
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** A parser that takes what our messages may hold and nothing else. */
function parse(xml: string): Node {
  assert.equal(xml.search(forbidden), -1);
  assert.ok(xml.isWellFormed());
  const prolog = '<?xml version="1.0" encoding="UTF-8"?>';
  assert.ok(xml.startsWith(prolog));
  const root: Node = { name: '', attributes: new Map(), children: [] };
  const open = [root];
  let rest = xml.slice(prolog.length);
  const token =
    /^(?:<\/(\w+)>|<(\w+)((?: [\w-]+="(?:[^<&"]|&(?:#\d+|amp|lt|gt|quot|apos);)*")*)(\/?)>|((?:[^<&>]|&(?:#\d+|amp|lt|gt|quot|apos);)+))/;
  while (rest !== '') {
    const found = token.exec(rest);
    assert.ok(found, `not XML: ${rest.slice(0, 80)}`);
    const [all, end, start, attributes = '', empty, text] = found;
    rest = rest.slice(all.length);
    if (end !== undefined) assert.equal(open.pop()?.name, end);
    else if (text !== undefined) open.at(-1)?.children.push(plain(text));
    else {
      const given = [...attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)];
      const node: Node = {
        name: start ?? '',
        attributes: new Map(given.map(([, key = '', value = '']) => [key, plain(value)])),
        children: [],
      };
      assert.equal(node.attributes.size, given.length);
      open.at(-1)?.children.push(node);
      if (empty === '') open.push(node);
    }
  }
  assert.equal(open.length, 1);
  const [only] = root.children;
  assert.ok(root.children.length === 1 && typeof only === 'object');
  return only;
}

const nodes = (node: Node): Node[] => node.children.filter((child) => typeof child === 'object');
const named = (node: Node, name: string): Node[] => nodes(node).filter((child) => child.name === name);
/** What XML can hold of a text. */
const held = (text: string): string => text.toWellFormed().replace(forbidden, '\ufffd');

const entry: AuditEntry = {
  seq: 7,
  type: 'patient.read',
  action: 'R',
  recorded: Date.UTC(2026, 2, 1, 9, 30, 15, 250),
  outcome: 0,
  agent: { user: 'user-1', roles: ['practitioner'], session: 'session-1' },
  device: 'device-1',
  purpose: 'TREAT',
  patient: 'AAECAwQFBgcICQoLDA0ODw',
  entity: ['patient-1'],
  origin: 'screen',
  detail: { count: 3 },
  sealed: 'c2VhbGVk',
};

test('an access to a chart: who, when, whose, and no more', () => {
  const xml = auditMessage(entry, 'clinic-1');
  const message = parse(xml);
  assert.equal(message.name, 'AuditMessage');
  assert.deepEqual(
    nodes(message).map(({ name }) => name),
    [
      'EventIdentification',
      'ActiveParticipant',
      'ActiveParticipant',
      'AuditSourceIdentification',
      'ParticipantObjectIdentification',
    ],
  );
  const [event, person, application, source, object] = nodes(message);
  assert.ok(event && person && application && source && object);
  assert.deepEqual(Object.fromEntries(event.attributes), {
    EventActionCode: 'R',
    EventDateTime: '2026-03-01T09:30:15.250Z',
    EventOutcomeIndicator: '0',
  });
  assert.deepEqual(
    nodes(event).map((one) => [one.name, one.attributes.get('csd-code')]),
    [
      ['EventID', '110110'],
      ['EventTypeCode', 'patient.read'],
      ['PurposeOfUse', 'TREAT'],
    ],
  );
  assert.deepEqual(Object.fromEntries(person.attributes), {
    UserID: 'user-1',
    AlternativeUserID: 'session-1',
    UserIsRequestor: 'true',
  });
  assert.equal(application.attributes.get('UserIsRequestor'), 'false');
  assert.equal(source.attributes.get('AuditEnterpriseSiteID'), 'clinic-1');
  assert.equal(object.attributes.get('ParticipantObjectID'), 'AAECAwQFBgcICQoLDA0ODw');
  // The chart's own id and what was sealed stay in the log.
  assert.doesNotMatch(xml, /patient-1|c2VhbGVk|ParticipantObjectDetail/);
});

test('what is about nobody carries its ids and codes', () => {
  const message = parse(
    auditMessage({ ...entry, type: 'settings.changed', patient: null, entity: ['a', 'b'], outcome: 8 }, 'clinic-1'),
  );
  const objects = named(message, 'ParticipantObjectIdentification');
  assert.deepEqual(
    objects.map((one) => one.attributes.get('ParticipantObjectID')),
    ['a', 'b', '7'],
  );
  const [detail] = objects.flatMap((one) => named(one, 'ParticipantObjectDetail'));
  assert.ok(detail);
  assert.equal(Buffer.from(detail.attributes.get('value') ?? '', 'base64').toString(), '3');
  const own = parse(auditMessage({ ...entry, agent: { user: null, roles: [], session: null } }, 'clinic-1'));
  assert.equal(named(own, 'ActiveParticipant').length, 1);
  assert.equal(named(own, 'ActiveParticipant')[0]?.attributes.get('UserIsRequestor'), 'true');
});

test('every code of the catalogue has its message', () => {
  for (const type of auditCodes) {
    const [event] = nodes(parse(auditMessage({ ...entry, type }, 'clinic-1')));
    assert.match(nodes(event ?? assert.fail(type))[0]?.attributes.get('csd-code') ?? '', /^1101\d\d$/);
  }
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('"]><!--', '\ud800', '\u0000\u001b[2J', '&amp;', "'/>", ']]>', '\r\n2 x', '\ufeff', '\ufffe'),
);

test('hostile texts stay texts: the XML parses back to them', () => {
  fc.assert(
    fc.property(
      fc.array(hostile, { minLength: 6, maxLength: 6 }),
      ([user = '', role = '', id = '', key = '', value = '', purpose = '']) => {
        const message = parse(
          auditMessage(
            {
              ...entry,
              patient: null,
              agent: { user, roles: [role], session: null },
              entity: [id],
              detail: { [key]: value },
              purpose,
            },
            'clinic-1',
          ),
        );
        const [person] = named(message, 'ActiveParticipant');
        assert.equal(person?.attributes.get('UserID'), held(user));
        assert.equal(named(person ?? assert.fail(), 'RoleIDCode')[0]?.attributes.get('csd-code'), held(role));
        const [object, itself] = named(message, 'ParticipantObjectIdentification');
        assert.equal(object?.attributes.get('ParticipantObjectID'), held(id));
        assert.equal(named(itself ?? assert.fail(), 'ParticipantObjectDetail')[0]?.attributes.get('type'), held(key));
      },
    ),
    { numRuns: 300 },
  );
});

test('frames hold together: length in octets, a head of printable ASCII, values that cannot leave their place', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (hostName, value, text) => {
      const both = Buffer.concat(
        [1, 2].map((n) => frame({ severity: 5, time: 0, hostName, messageId: 'x', data: { n, value }, text })),
      );
      const { frames, rest } = readFrames(both);
      assert.equal(frames.length, 2);
      assert.equal(rest.length, 0);
      const [message = ''] = frames.map((one) => one.toString('utf8'));
      const head =
        /^<85>1 1970-01-01T00:00:00\.000Z ([!-~]+) carekeep - x \[carekeep@32473 n="1" value="((?:[^"\\\]]|\\["\\\]])*)"\](?: \ufeff([\s\S]*))?$/.exec(
          message,
        );
      assert.ok(head, message);
      assert.equal(head[2]?.replace(/\\(["\\\]])/g, '$1'), value.toWellFormed());
      assert.equal(head[3] ?? '', text.toWellFormed());
    }),
    { numRuns: 300 },
  );
});

test('severity by outcome; far times and huge entries stay what every receiver takes', () => {
  const text = (more: Partial<AuditEntry>): Buffer =>
    entryFrame(7, encodeEntry({ ...entry, ...more }), { device: 'd', clinic: 'c' });
  assert.match(text({}).toString(), /^\d+ <85>1 2026-03-01T09:30:15\.250Z d carekeep - DICOM\+RFC3881 \[/);
  assert.match(text({ outcome: 4 }).toString(), /^\d+ <84>1 /);
  assert.match(text({ recorded: Number.MAX_SAFE_INTEGER }).toString(), /<85>1 9999-12-31T23:59:59\.999Z /);
  const many = Array.from({ length: 5_000 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`);
  assert.ok(text({ patient: null, entity: many }).length < 32_768);
});

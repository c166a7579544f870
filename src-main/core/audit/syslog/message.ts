/**
 * An entry as the DICOM Audit Message of IHE ITI-20 (DICOM PS3.15 A.5.1): identifiers and codes only. About a patient
 * the pseudonym and nothing else: what more the entry says stays in the log.
 */
import { type AuditCode, type AuditKind, auditEvents } from '../../../../src-shared/contract/audit-events.ts';
import { type AuditEntry, decodeEntry } from '../entry.ts';
import { leafHash } from '../merkle.ts';
import { frame, timestamp } from './frame.ts';
import { element, escapeAttribute } from './xml.ts';

/** Code and meaning of DICOM's own terms (PS3.16 CID 400 and 401). */
type Term = readonly [code: string, meaning: string];

const kinds: { readonly [K in AuditKind]: Term } = {
  'sign-in': ['110114', 'User Authentication'],
  record: ['110110', 'Patient Record'],
  users: ['110113', 'Security Alert'],
  settings: ['110113', 'Security Alert'],
  exchange: ['110106', 'Export'],
  audit: ['110101', 'Audit Log Used'],
  system: ['110100', 'Application Activity'],
  denied: ['110113', 'Security Alert'],
};
const ownKind: { readonly [C in AuditCode]?: Term } = {
  'import.previewed': ['110107', 'Import'],
  'import.started': ['110107', 'Import'],
  'import.completed': ['110107', 'Import'],
  'import.cancelled': ['110107', 'Import'],
  'import.read': ['110107', 'Import'],
  'patient.searched': ['110112', 'Query'],
  'break-glass.opened': ['110113', 'Security Alert'],
  'break-glass.refused': ['110113', 'Security Alert'],
  'break-glass.ended': ['110113', 'Security Alert'],
};
/** DICOM's finer terms where there is one beside our own code. */
const terms: { readonly [C in AuditCode]?: Term } = {
  'application.started': ['110120', 'Application Start'],
  'application.locked': ['110121', 'Application Stop'],
  'user.signed-in': ['110122', 'Login'],
  'user.sign-in-failed': ['110122', 'Login'],
  'user.roles-changed': ['110136', 'Security Roles Changed'],
  'user.password-changed': ['110137', 'User Security Attributes Changed'],
  'user.password-reset': ['110137', 'User Security Attributes Changed'],
  'user.created': ['110137', 'User Security Attributes Changed'],
  'user.removed': ['110137', 'User Security Attributes Changed'],
  'user.suspended': ['110137', 'User Security Attributes Changed'],
  'user.reactivated': ['110137', 'User Security Attributes Changed'],
  'settings.changed': ['110129', 'Security Configuration'],
  'break-glass.opened': ['110127', 'Emergency Override Started'],
  'break-glass.ended': ['110138', 'Emergency Override Stopped'],
  'access.denied': ['110132', 'Use of Restricted Function'],
};

const severities = { 0: 5, 4: 4, 8: 4 } as const satisfies Record<AuditEntry['outcome'], 4 | 5>;

/** Objects named at most, so that a message stays far below the 32 KiB that every receiver takes. */
const mostObjects = 64;
const mostText = 256;
const clip = (text: string): string => text.slice(0, mostText);

const coded = (name: string, code: string, system: string, meaning: string): string =>
  element(name, { 'csd-code': clip(code), codeSystemName: system, originalText: clip(meaning) });
/** The schema wants a name; ours is the identifier once more. */
const named = (id: string): string => element('ParticipantObjectName', {}, escapeAttribute(clip(id)));
const own = (name: string, code: string): string => coded(name, code, 'carekeep', code);
const term = (name: string, [code, meaning]: Term): string => coded(name, code, 'DCM', meaning);

function eventOf({ type, action, recorded, outcome, purpose }: AuditEntry): string {
  const finer = terms[type];
  return element(
    'EventIdentification',
    { EventActionCode: action, EventDateTime: timestamp(recorded), EventOutcomeIndicator: outcome },
    term('EventID', ownKind[type] ?? kinds[auditEvents[type].kind]),
    finer === undefined ? '' : term('EventTypeCode', finer),
    own('EventTypeCode', type),
    // IHE's XUA supplement: HL7 v3 ActReason
    purpose === '' ? '' : coded('PurposeOfUse', purpose, '2.16.840.1.113883.5.8', purpose),
  );
}

function participantsOf({ agent: { user, roles, session }, device }: AuditEntry): string {
  const application = element(
    'ActiveParticipant',
    { UserID: clip(device), UserIsRequestor: user === null },
    term('RoleIDCode', ['110150', 'Application']),
  );
  if (user === null) return application;
  const person = element(
    'ActiveParticipant',
    {
      UserID: clip(user),
      ...(session !== null && { AlternativeUserID: clip(session) }),
      UserIsRequestor: true,
    },
    ...roles.slice(0, mostObjects).map((role) => own('RoleIDCode', role)),
  );
  return person + application;
}

function objectsOf({ patient, entity, detail, seq }: AuditEntry): string {
  if (patient !== null) {
    return element(
      'ParticipantObjectIdentification',
      { ParticipantObjectID: clip(patient), ParticipantObjectTypeCode: 1, ParticipantObjectTypeCodeRole: 1 },
      own('ParticipantObjectIDTypeCode', 'pseudonym'),
      named(patient),
    );
  }
  const objects = entity
    .slice(0, mostObjects)
    .map((id) =>
      element(
        'ParticipantObjectIdentification',
        { ParticipantObjectID: clip(id), ParticipantObjectTypeCode: 2 },
        own('ParticipantObjectIDTypeCode', 'local-id'),
        named(id),
      ),
    );
  const details = Object.entries(detail).slice(0, mostObjects);
  if (details.length === 0) return objects.join('');
  const base64 = (value: string | number): string => Buffer.from(clip(String(value)), 'utf8').toString('base64');
  const entryItself = element(
    'ParticipantObjectIdentification',
    { ParticipantObjectID: seq, ParticipantObjectTypeCode: 2, ParticipantObjectTypeCodeRole: 13 },
    own('ParticipantObjectIDTypeCode', 'entry'),
    named(String(seq)),
    ...details.map(([type, value]) => element('ParticipantObjectDetail', { type: clip(type), value: base64(value) })),
  );
  return objects.join('') + entryItself;
}

/** Where the entries come from: the workstation, and its clinic. */
export type Source = { readonly device: string; readonly clinic: string };

/** The XML of one entry. */
export function auditMessage(entry: AuditEntry, clinic: string): string {
  const source = element(
    'AuditSourceIdentification',
    { AuditEnterpriseSiteID: clip(clinic), AuditSourceID: clip(entry.device) },
    element('AuditSourceTypeCode', { 'csd-code': 1 }),
  );
  const message = element('AuditMessage', {}, eventOf(entry), participantsOf(entry), source, objectsOf(entry));
  return `<?xml version="1.0" encoding="UTF-8"?>${message}`;
}

/**
 * The frame of one entry. Number and leaf hash come with it, so that the server's copy can be held against the log. An
 * entry that does not parse keeps its place: its message says no more than that.
 */
export function entryFrame(seq: number, bytes: Buffer, { device, clinic }: Source): Buffer {
  const entry = decodeEntry(bytes);
  const data = { seq, leaf: leafHash(bytes).toString('base64') };
  if (entry === undefined) {
    return frame({
      severity: 3,
      time: null,
      hostName: device,
      messageId: 'unreadable',
      data,
      text: '',
    });
  }
  return frame({
    severity: severities[entry.outcome],
    time: entry.recorded,
    hostName: device,
    messageId: 'DICOM+RFC3881',
    data,
    text: auditMessage(entry, clinic),
  });
}

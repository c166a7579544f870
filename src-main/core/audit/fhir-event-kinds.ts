/** What an entry's code is in FHIR AuditEvent: DICOM's event where it has one, else a RESTful interaction. */
import type { Coding } from 'fhir/r4';
import { type AuditCode, type AuditKind, auditEvents } from '../../../src-shared/contract/audit-events.ts';
import type { AuditEntry } from './entry.ts';

const dicom = 'http://dicom.nema.org/resources/ontology/DCM';
const lifecycle = 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle';

export const dcm = (code: string, display: string): Coding => ({ system: dicom, code, display });

const authentication = dcm('110114', 'User Authentication');
const application = dcm('110100', 'Application Activity');
const alert = dcm('110113', 'Security Alert');
const logUsed = dcm('110101', 'Audit Log Used');
const login = dcm('110122', 'Login');
const logout = dcm('110123', 'Logout');
const users = dcm('110137', 'User Security Attributes Changed');
const roles = dcm('110136', 'Security Roles Changed');
const security = dcm('110129', 'Security Configuration');
const object = dcm('110135', 'Object Security Attributes Changed');
const disclose: Coding = { system: lifecycle, code: 'disclose', display: 'Disclose Record Lifecycle Event' };

export const rest: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
  code: 'rest',
  display: 'Restful Operation',
};
const interactions = { C: 'create', R: 'read', U: 'update', D: 'delete', E: 'operation' } as const;
export const interaction = (action: AuditEntry['action']): Coding => ({
  system: 'http://hl7.org/fhir/restful-interaction',
  code: interactions[action],
  display: interactions[action],
});

type EventKind = { readonly type: Coding; readonly subtype: readonly Coding[] };

/** Codes that DICOM names more exactly than their kind does. */
const exact: { readonly [C in AuditCode]?: EventKind } = {
  'application.started': { type: application, subtype: [dcm('110120', 'Application Start')] },
  'application.locked': { type: authentication, subtype: [logout] },
  'session.veiled': { type: authentication, subtype: [logout] },
  'role.defined': { type: alert, subtype: [roles] },
  'role.changed': { type: alert, subtype: [roles] },
  'role.removed': { type: alert, subtype: [roles] },
  'key.reported': { type: rest, subtype: [interaction('R')] },
  'patient.searched': { type: dcm('110112', 'Query'), subtype: [] },
  'import.completed': { type: dcm('110107', 'Import'), subtype: [] },
  'access-report.made': { type: dcm('110106', 'Export'), subtype: [disclose] },
  'access.restricted': { type: alert, subtype: [object] },
  'access.restriction-lifted': { type: alert, subtype: [object] },
  'break-glass.opened': { type: alert, subtype: [dcm('110127', 'Emergency Override Started')] },
  'break-glass.refused': { type: alert, subtype: [dcm('110127', 'Emergency Override Started')] },
  'break-glass.ended': { type: alert, subtype: [dcm('110138', 'Emergency Override Stopped')] },
  'note.sign-refused': { type: rest, subtype: [interaction('C')] },
};

const byKind: { readonly [K in AuditKind]: EventKind | null } = {
  'sign-in': { type: authentication, subtype: [login] },
  users: { type: alert, subtype: [users] },
  settings: { type: alert, subtype: [security] },
  system: { type: alert, subtype: [security] },
  audit: { type: logUsed, subtype: [] },
  denied: { type: alert, subtype: [dcm('110132', 'Use of Restricted Function')] },
  exchange: null,
  record: null,
};

/** Type and subtypes of an entry, our own code last of the subtypes: nothing is lost in the mapping. */
export function eventKind({ type: code, action }: Pick<AuditEntry, 'type' | 'action'>): EventKind {
  const { kind } = auditEvents[code];
  const own: Coding = { system: 'urn:carekeep:audit-event', code };
  const found = exact[code] ?? lookOrExport(code, action, kind) ?? byKind[kind];
  const { type, subtype } = found ?? { type: rest, subtype: [interaction(action)] };
  return { type, subtype: [...subtype, own] };
}

/** Looks at users and settings are reads of theirs; files that leave are exports. */
function lookOrExport(code: AuditCode, action: AuditEntry['action'], kind: AuditKind): EventKind | null {
  if (code.startsWith('export.')) return { type: dcm('110106', 'Export'), subtype: [disclose] };
  const looks = action === 'R' && (kind === 'users' || kind === 'settings');
  return looks ? { type: rest, subtype: [interaction('R')] } : null;
}
